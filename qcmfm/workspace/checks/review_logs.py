"""Checks that every row of the review logs is complete and a valid decision."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from filelock import Timeout

from qcmfm.core import storage
from qcmfm.core.errors import StorageError
from qcmfm.review.decision import COLUMNS, parse_problem
from qcmfm.review.log import ReviewLog
from qcmfm.review.rows import complete_rows
from qcmfm.workspace._findings import FAULT, NOTE, Finding

NAMED = 5
"""Number of invalid rows that are listed."""


def examine(home: Path) -> Iterator[Finding]:
    """Report problems of each log, and torn rows that were moved out of one."""
    for file in sorted((home / "review").glob("*.csv")):
        try:
            with storage.lock(file).acquire(timeout=10):
                content = file.read_bytes()
        except (OSError, Timeout, StorageError):
            content = file.read_bytes()  # Nobody writes to a read-only folder.
        yield from _of_log(file, content, file.relative_to(home).as_posix())
    for file in sorted((home / "review").glob("*.csv.torn-*")):
        path = file.relative_to(home).as_posix()
        what = "The end of a review log that was not whole, set aside."
        yield Finding(NOTE, path, what, "It holds nothing that was said to be saved.")


def _of_log(file: Path, content: bytes, path: str) -> Iterator[Finding]:
    taken, number, wrong = 0, 0, list[str]()
    for cells, size in complete_rows(content):
        taken, number = taken + size, number + 1
        if number == 1:
            if isinstance(cells, str) or tuple(n.lstrip("\ufeff") for n in cells) != COLUMNS:
                what = "It is no review log: its columns are others."
                yield Finding(FAULT, path, what, "Put back a backup of it.")
                return
        elif isinstance(cells, str) or cells:
            reason = cells if isinstance(cells, str) else parse_problem(cells)
            wrong += [f"row {number}: {reason}"] if reason else []
    if wrong:
        more = f"; and {len(wrong) - NAMED:,} more" if len(wrong) > NAMED else ""
        what = f"Rows that are no decision are passed over: {'; '.join(wrong[:NAMED])}{more}."
        yield Finding(FAULT, path, what, "Compare them with a backup.")
    if taken < len(content):
        what = f"Its last {len(content) - taken:,} bytes are no whole row."
        yield Finding(FAULT, path, what, "Mending sets them aside.", partial(ReviewLog, file))
