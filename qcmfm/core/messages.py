"""Translatable messages.

The package produces English text. A `Message` is such a text that also carries its pattern and
values, so that a page with a translation of the pattern can fill in the same values.
"""

from typing import Any


def N_(text: str) -> str:
    """Mark a constant text for translation; it is returned unchanged and translated when shown."""
    return text


class Message(str):
    """English text together with the pattern and the values it was formatted from."""

    pattern: str
    values: dict[str, Any]


def msg(pattern: str, **values: Any) -> Message:
    """Format a translatable message.

    Args:
        pattern: English text with replacement fields, as for `str.format`.
        **values: Values of the replacement fields; a value may be a message or a list of messages.
    """
    plain = {name: _plain(value) for name, value in values.items()}
    message = Message(pattern.format(**{name: listed(value) for name, value in plain.items()}))
    message.pattern, message.values = pattern, plain
    return message


def _plain(value: Any) -> Any:
    """The text of an error, a path and so on, so that a message keeps no such object alive."""
    return value if isinstance(value, str | int | float | list) else str(value)


def listed(value: Any) -> Any:
    """A list joined by semicolons; any other value unchanged."""
    return "; ".join(value) if isinstance(value, list) else value
