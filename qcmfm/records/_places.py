"""Where the user's collections lie, and how one is written."""

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
    """Where the user's own collection of a name lies, or will lie.

    Raises:
        RecordsError: The name cannot be a folder's, or is that of a built-in collection.
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
    """Write the records as CSV, whole or not at all; the source's own columns are kept."""
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
