"""Sanitise untrusted text for spreadsheets, terminals and pages.

Pages also use `qcmfm.ui.shared.formatting.plain`, which escapes Markdown.
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
    """Escape a CSV cell so that no spreadsheet evaluates it as a formula.

    An apostrophe is put before a text that starts with `=`, `+`, `-`, `@`, a tab or a carriage
    return, with or without leading blanks; numbers such as -1353 are left unchanged. To keep this
    reversible, an apostrophe is also put before a cell in which apostrophes precede one of these.
    """
    return f"'{cell}" if _RISKY.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unescape_formula(cell: str) -> str:
    """Undo `escape_formula`."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def visible(text: str) -> str:
    """Text without control characters and without marks that change the writing direction.

    Each of them becomes U+FFFD, the replacement character; line feeds and tabs are kept.
    """
    return _UNSEEN.sub("\ufffd", text)
