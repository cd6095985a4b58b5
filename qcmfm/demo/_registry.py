"""Which collections the program can draw."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qcmfm.core.errors import RecordsError
from qcmfm.core.registry import Registry

if TYPE_CHECKING:
    from qcmfm.demo.drawing.design import Design


def _missing(name: str, known: Sequence[str]) -> RecordsError:
    return RecordsError(
        f"There is no built-in collection {name[:80]!r}.", f"Choose from {', '.join(known)}."
    )


DESIGNS = Registry("qcmfm.demo", _missing)


def names() -> list[str]:
    """The name of every collection that the program can draw."""
    return DESIGNS.names()


def design(name: str) -> "Design":
    """How the collection `name` is drawn.

    Raises:
        RecordsError: There is no such built-in collection.
    """
    return DESIGNS.load(name).DESIGN
