"""Checks that every row of the review logs is complete, a valid decision, and on a known record."""

import contextlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qcmfm.core import settings
from qcmfm.core.errors import RecordsError, ReviewError, StorageError
from qcmfm.records import read_collection
from qcmfm.review.convert import convert
from qcmfm.review.log import ReviewLog
from qcmfm.review.notices import Notice, notices
from qcmfm.review.review import Review
from qcmfm.review.rows import line_starts
from qcmfm.review.writing import locked
from qcmfm.workspace._findings import FAULT, NOTE, Finding

NAMED = 5
"""Number of rows, files or records that are listed."""


def examine(home: Path) -> Iterator[Finding]:
    """Report problems of each log, and incomplete rows that were moved out of one."""
    for file in sorted((home / "review").glob("*.csv")):
        path = file.relative_to(home).as_posix()
        try:
            yield from _of_log(file, path, _record_ids(home, file.stem))
        except ReviewError as error:
            yield Finding(FAULT, path, error.message, f"{error.hint} A backup may have it.")
    for file in sorted((home / "review").glob("*.csv.torn-*")):
        path = file.relative_to(home).as_posix()
        what = "The end of a review log that was not a complete row, moved out of the log."
        remedy = (
            "A crash cuts off only what was never confirmed. After an edit, complete the row and "
            "add it to the log. Then delete this file."
        )
        yield Finding(NOTE, path, what, remedy)


def _of_log(file: Path, path: str, record_ids: set[str] | None) -> Iterator[Finding]:
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, ReviewError, StorageError):
            stack.enter_context(locked(file, wait=10.0))  # Nobody writes to a read-only folder.
        review = Review(file, read_only=True)
        found = notices(review, record_ids)
        start = file.open("rb").read(4096)
    for notice in found:
        if notice.kind != "set_aside":  # Each of these files is a finding of its own.
            yield _finding(notice, file, path)
    # In UTF-16 and the like, the conversion is offered already.
    first = start[: [*line_starts(start), 0, 0][1]]
    if review.log.form.native and first.endswith(b"\r") and start[len(first) :][:1] != b"\n":
        what = "Its rows end with a carriage return alone, which some programs cannot read."
        remedy = "Repairing rewrites it, and keeps the original beside it."
        yield Finding(NOTE, path, what, remedy, partial(convert, file))
    elif review.log.form.native and review.log.ends_inside_line:
        what = "Its last row is complete but has no line end; it is used."
        yield Finding(NOTE, path, what, "Repairing adds the line end.", partial(ReviewLog, file))


def _finding(notice: Notice, file: Path, path: str) -> Finding:
    level = NOTE if notice.harmless else FAULT
    more = f"; and {len(notice.details) - NAMED:,} more" if len(notice.details) > NAMED else ""
    named = "; ".join(detail.rstrip(".") for detail in notice.details[:NAMED])
    what = f"{notice.text} {named}{more}." if named else notice.text
    if notice.kind == "form":
        remedy = "Repairing rewrites it as UTF-8 with commas, and keeps the original beside it."
        return Finding(level, path, what, remedy, partial(convert, file))
    if notice.kind == "incomplete":
        remedy = "Repairing moves it to a file beside the log."
        return Finding(level, path, what, remedy, partial(ReviewLog, file))
    return Finding(level, path, what, notice.remedy)


def _record_ids(home: Path, name: str) -> set[str] | None:
    """Ids of a collection's records; None if there is no such collection, or it cannot be read."""
    for folder in (home / "collections" / name, settings.SHIPPED_COLLECTIONS / name):
        if (folder / "records.csv").is_file():
            try:
                return {record.record_id for record in read_collection(folder).records}
            except RecordsError:
                return None  # The check of the collections reports that.
    return None
