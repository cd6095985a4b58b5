"""The built-in collections, drawn by the program itself.

The folder is a registry: each file that does not start with an underscore holds the `DESIGN` of
one collection, and the file's name is the collection's name.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from qcmfm.core.progress import Work
from qcmfm.demo._registry import design, names

if TYPE_CHECKING:
    from qcmfm.records import Collection

__all__ = ["SIZE", "design", "draw", "motifs", "names"]

SIZE = 384
"""Side of a photo in pixels."""


def motifs() -> tuple[str, ...]:
    """Names of the motifs that objects are decorated with."""
    from qcmfm.demo.drawing.plan import MOTIFS

    return MOTIFS


def draw(
    name: str, out: Path, records: int | None = None, seed: int = 0, size: int = SIZE
) -> "Work[Collection]":
    """Draw a built-in collection.

    The folder appears when everything is drawn. The same arguments give the same files; a larger
    collection of the same seed starts with the records of the smaller one.

    Args:
        name: Of the collection: one of `names()`.
        out: Its folder; must not exist.
        records: How many; by default as the design says.
        seed: Two seeds share no photo.
        size: Side of the photos in pixels, 96 to 1024.

    Raises:
        RecordsError: There is no such collection, a number is out of its range, or `out` exists.
    """
    from qcmfm.demo.drawing.collection import draw_collection

    count = design(name).records if records is None else records
    return draw_collection(name, out, count, seed, size)
