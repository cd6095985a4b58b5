"""Checks that the tables of collections can be read and that their photos exist."""

from collections.abc import Iterator
from pathlib import Path

from qcmfm.core.errors import RecordsError
from qcmfm.records import read_collection
from qcmfm.workspace._findings import FAULT, NOTE, Finding

NAMED = 3
"""Number of missing photos that are listed."""


def examine(home: Path) -> Iterator[Finding]:
    """Report problems of each collection in the workspace."""
    for folder in sorted(path for path in (home / "collections").glob("*") if path.is_dir()):
        path = folder.relative_to(home).as_posix()
        if not (folder / "records.csv").is_file():
            what = "It has no records.csv: an import was stopped before it came to an end."
            yield Finding(NOTE, path, what, "Import again; what was fetched is kept.")
            continue
        try:
            collection = read_collection(folder)
        except RecordsError as error:
            yield Finding(FAULT, path, error.message, error.hint)
            continue
        refused = sum(problem.refused for problem in collection.problems)
        if refused:
            what = f"{refused:,} rows of its table cannot be read."
            yield Finding(NOTE, path, what, "Collections shows which.")
        lost = [problem for problem in collection.problems if problem.column == "image"]
        if lost:
            rows = "; ".join(f"row {problem.row}: {problem.reason}" for problem in lost[:NAMED])
            more = f"; and {len(lost) - NAMED:,} more" if len(lost) > NAMED else ""
            what = f"Photos are not where its table says: {rows}{more}."
            yield Finding(FAULT, path, what, "Import again, or put back a backup.")
