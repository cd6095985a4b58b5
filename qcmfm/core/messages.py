"""Sentences that can be said in another language by whoever shows them.

The package speaks English. A sentence with values in it is text like any other, and remembers what
it was made from; a page that has a translation of the pattern puts the same values into that.
"""

from typing import Any


def N_(text: str) -> str:
    """The same text; marks one that is translated where it is shown."""
    return text


class Message(str):
    """English text, with the pattern and the values that it was made from."""

    pattern: str
    values: dict[str, Any]


def msg(pattern: str, **values: Any) -> Message:
    """A sentence.

    Args:
        pattern: In English, as for `str.format`.
        **values: What stands in the braces; sentences too, or a list of them.
    """
    kept = {name: _plain(value) for name, value in values.items()}
    made = Message(pattern.format(**{name: listed(value) for name, value in kept.items()}))
    made.pattern, made.values = pattern, kept
    return made


def _plain(value: Any) -> Any:
    """What an error, a path or the like says; a sentence shall not keep it alive."""
    return value if isinstance(value, str | int | float | list) else str(value)


def listed(value: Any) -> Any:
    """A list as one text, anything else as it is."""
    return "; ".join(value) if isinstance(value, list) else value
