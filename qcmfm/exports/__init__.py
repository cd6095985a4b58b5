"""Exports of reviewed collections for other programs.

The folder is a registry: each file that does not start with an underscore, but `reviewed.py`, holds
one format, and the file's name is the format's name. It has a display name `TITLE`, a `SUFFIX` that
ends the name of the exported file, a media type `MIME`, and a function `content` that returns the
bytes of the file. Another package adds a format by an entry point of the group `qcmfm.exports`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import msg
from qcmfm.core.registry import Registry
from qcmfm.exports._table import PROGRAM_COLUMNS
from qcmfm.exports.reviewed import Reviewed

__all__ = ["FORMATS", "PROGRAM_COLUMNS", "Export", "described", "export", "names", "title"]


@dataclass(frozen=True)
class Export:
    """An exported file.

    Args:
        name: File name.
        mime: Media type.
        content: Content of the file.
    """

    name: str
    mime: str
    content: bytes


def _missing(name: str, known: Sequence[str]) -> ReviewError:
    return ReviewError(
        msg("There is no export format {name!r}.", name=name[:80]),
        msg("Choose from {names}.", names=", ".join(known)),
    )


FORMATS = Registry(__name__, _missing, "qcmfm.exports", exclude=("reviewed",))


def names() -> list[str]:
    """The names of all formats."""
    return FORMATS.names()


def title(name: str) -> str:
    """The title of a format for people.

    Raises:
        ReviewError: There is no such format.
    """
    return FORMATS.title(name)


def described(name: str, collection: str) -> tuple[str, str]:
    """File name and media type of an export, without creating it.

    Args:
        name: Name of the format, one of `names()`.
        collection: Name of the collection.

    Raises:
        ReviewError: There is no such format, or it is a plug-in that fails to load.
    """
    module = FORMATS.load(name)
    return f"{collection}{module.SUFFIX}", module.MIME


def export(name: str, reviewed: Reviewed) -> Export:
    """Export a reviewed collection.

    Args:
        name: Name of the format, one of `names()`.
        reviewed: The collection with its predictions and reviews.

    Raises:
        ReviewError: There is no such format.
    """
    file, mime = described(name, reviewed.name)
    return Export(file, mime, FORMATS.load(name).content(reviewed))
