"""Text from outside, made harmless for a spreadsheet and for whatever shows it.

A page has `qcmfm.ui.shared.formatting.plain` besides, which knows what Markdown would make of it.
"""

import re

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?%?")
_BLANK = "[ \\u00a0\\ufeff\\n\\0]*"
_RISKY = re.compile(f"'*{_BLANK}[=+\\-@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20]")
_ESCAPED = re.compile(f"'+{_BLANK}[=+\\-@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20]")
_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)


def escape_formula(cell: str) -> str:
    """A cell of a CSV that no spreadsheet takes for a formula.

    An apostrophe stands before a text that starts with `=`, `+`, `-`, `@`, a tab or a carriage
    return, with or without blanks before it; numbers such as -1353 are left alone. So that it can
    be undone, an apostrophe also stands before a cell that starts with apostrophes and then one of
    these.
    """
    return f"'{cell}" if _RISKY.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unescape_formula(cell: str) -> str:
    """The cell that `escape_formula` made this of."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def visible(text: str) -> str:
    """Text in which nothing turns the direction of what follows or controls a terminal.

    Such letters are replaced by the mark for what cannot be shown; line ends and tabs stay.
    """
    return _UNSEEN.sub("\ufffd", text)
