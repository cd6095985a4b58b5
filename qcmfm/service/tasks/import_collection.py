"""Import a source into a collection."""

from pathlib import Path
from typing import Any

from qcmfm.core.progress import Work
from qcmfm.importers import Columns, import_collection


def work(
    source: str,
    name: str,
    importer: str = "",
    columns: dict[str, Any] | None = None,
    photos: str = "",
) -> Work[dict[str, Any]]:
    """Do it, and tell the numbers of the report.

    Args:
        source: A path or a web address.
        name: Of the collection.
        importer: Its name; by default the one that fits.
        columns: What to use for what, as `Columns` has it; by default what fits best.
        photos: A folder or ZIP of photos that a table names.
    """
    chosen = None if columns is None else Columns().changed(columns)
    folder = Path(photos) if photos else None
    report = yield from import_collection(source, name, importer, chosen, folder)
    return report.summary
