"""Conditions on the catalog's rows, as SQL has them."""

from collections.abc import Sequence


def one_of(column: str, values: Sequence[str]) -> str:
    """The column has one of these values."""
    return f"{column} IN ({', '.join(map(quoted, values))})"


def quoted(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
