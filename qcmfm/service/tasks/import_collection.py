"""Job that imports a source into a collection."""

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
    """Run the import; returns the numbers of its report.

    Args:
        source: Path or web address of the source.
        name: Name of the collection.
        importer: Name of the importer; by default the one that fits.
        columns: Columns to use, by field of `Columns`; by default those that fit best.
        photos: Folder or ZIP file with the photos that a table names.
    """
    chosen = None if columns is None else Columns().changed(columns)
    folder = Path(photos) if photos else None
    report = yield from import_collection(source, name, importer, chosen, folder)
    return report.summary
