"""One hostile thing, and what must become of it."""

from collections.abc import Callable
from dataclasses import dataclass

REFUSED, TAKEN, EITHER = "refused", "taken", "either"


@dataclass(frozen=True)
class Case:
    """A hostile file or text.

    Args:
        name: Says what is hostile about it; no two cases share one.
        file: What it is called; for a text that is no file, empty.
        make: Makes its bytes, anew at every call, since some are large.
        expected: Whether it must be refused, must be taken, or may be either, with a sentence
            wherever something of it is not taken.
        heavy: Whether it takes seconds or much memory, so that only the full run has it.
    """

    name: str
    file: str
    make: Callable[[], bytes]
    expected: str = EITHER
    heavy: bool = False
