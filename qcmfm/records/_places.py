"""Folders of the user's collections, and writing a collection."""

import csv
import re
from pathlib import Path

from qcmfm.core import settings
from qcmfm.core.errors import RecordsError
from qcmfm.core.messages import msg
from qcmfm.core.storage import atomic_file
from qcmfm.records._records import FIELDS, Collection

_NAME = re.compile(r"[^\W_][\w -]{0,59}")


def named_folder(name: str) -> Path:
    """Folder of the user's collection of a given name, whether or not it exists yet.

    Raises:
        RecordsError: The name is not a valid folder name, or belongs to a built-in collection.
    """
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise RecordsError(
            msg("A collection cannot be called {name!r}.", name=name[:80]),
            "Use up to 60 letters, digits, spaces, hyphens and underscores.",
        )
    folder = settings.collections_folder() / name
    if not folder.exists() and (settings.SHIPPED_COLLECTIONS / name).exists():
        raise RecordsError(
            msg("{name} is a collection that came with the program.", name=name),
            "Choose another name.",
        )
    return folder


def write_collection(collection: Collection, file: Path) -> None:
    """Write the records as CSV atomically, with all columns of the source."""
    with (
        atomic_file(file) as temporary,
        temporary.open("w", encoding=collection.encoding, newline="") as handle,
    ):
        writer = csv.DictWriter(
            handle, collection.columns, extrasaction="ignore", delimiter=collection.delimiter
        )
        writer.writeheader()
        for record in collection.records:
            ours = {name: getattr(record, name) for name in FIELDS}
            writer.writerow({**ours, **record.cells})
