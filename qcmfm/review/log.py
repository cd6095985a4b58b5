"""The review log: an append-only CSV file with one row per decision.

Several processes and threads write to it. A writer takes a lock, reads the rows that others
appended, appends its own in one write, and flushes to disk. Readers take no lock: they read the
rows appended since their last read, up to the last complete one.

People edit the file in other programs. It is read in whatever form they save it; rows are appended
only to a file in the form that the program itself writes, so that forms never mix in a file.
"""

import contextlib
import csv
import io
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from qcmfm.core import settings, storage
from qcmfm.core.errors import ReviewError, StorageError
from qcmfm.core.messages import msg
from qcmfm.review.decision import HEADER, Decision, is_header, parse_problem
from qcmfm.review.form import CONVERT, Form, recognise
from qcmfm.review.read_part import ReadPart
from qcmfm.review.rows import complete_rows, finished_row
from qcmfm.review.writing import append, complete_or_set_aside, locked, torn_files

SETTLE_AFTER = 2.0
"""Seconds after which a row that is still incomplete was not merely being written."""

_SETTLE_AGAIN = 30.0
"""Seconds to wait after a failed attempt to complete that row or to move it out of the file."""

_FORBIDDEN = set('/\\:\0*?"<>|')
"""Characters that file names may not contain on some operating system."""


def review_folder() -> Path:
    """Folder of the review logs, one per collection."""
    return settings.home() / "review"


def review_file(collection: str) -> Path:
    """Path of the review log of the collection named `collection`.

    Raises:
        ReviewError: The name is not a valid file name.
    """
    if not collection.strip(". ") or collection.startswith(".") or set(collection) & _FORBIDDEN:
        raise ReviewError(
            msg("A collection cannot be called {collection!r}.", collection=collection[:80]),
            "Use letters and digits.",
        )
    return review_folder() / f"{collection}.csv"


class ReviewLog:
    """A review log on disk and the decisions read from it so far.

    Args:
        file: Path of the CSV file, which the first decision creates together with its folder.
        read_only: Whether the file is left as it is even if its last row is incomplete.

    Attributes:
        decisions: Every decision, in the order of the file.
        damaged: A sentence for each row that is not a valid decision.
        form: How the file was saved; nothing is appended to a file in another form than our own.
        unread: The end of the file if that is not a complete row.
        ends_inside_line: Whether the last row was complete but for its line end, and left so.
        generation: How often the file was found replaced, and read again from the start.
    """

    def __init__(self, file: Path, read_only: bool = False):
        self.file = file
        self._read_only = read_only
        self.decisions: list[Decision] = []
        self.damaged: list[str] = []
        self.form = Form()
        self.unread = b""
        self.ends_inside_line = False
        self.generation = 0
        self._part = ReadPart()  # In our own form, always up to the end of a row.
        self._rows = 0  # Rows read so far, including the header.
        self._settle_at = 0.0
        self._threads = threading.RLock()
        self._read_new()
        if self.unread and self._may_write:
            with self.writing():
                pass  # Taking the lock settles the incomplete row.

    def read(self) -> None:
        """Read the decisions that were appended since the last read.

        Raises:
            ReviewError: The file is not a review log, or cannot be read.
        """
        with self._threads:
            generation, unread = self.generation, self.unread
            self._read_new()
            if not self.unread or not self._may_write:
                return
            if unread != self.unread and generation == self.generation:
                self._settle_at = time.monotonic() + SETTLE_AFTER
            elif generation != self.generation or time.monotonic() >= self._settle_at:
                self._settle_at = time.monotonic() + _SETTLE_AGAIN
                # Where that fails, `unread` is reported, and the next writer tries again.
                with contextlib.suppress(ReviewError, StorageError), self.writing(wait=0.5):
                    pass

    @contextlib.contextmanager
    def writing(self, wait: float | None = None) -> Iterator[None]:
        """Hold the lock against other writers; inside the block all decisions have been read.

        Args:
            wait: Seconds to wait for the lock; by default `writing.WAIT`.

        Raises:
            ReviewError: The file is not a review log, cannot be read, stays locked, or was saved by
                another program in a form that rows cannot be appended to.
            StorageError: The disk has no locks.
        """
        with self._threads, locked(self.file, wait):
            self._read_new()
            if not self.form.native:
                raise ReviewError(
                    msg(
                        "The review log {name} was saved by another program as {form}. No decision "
                        "can be added to it in that form.",
                        name=self.file.name,
                        form=self.form.described,
                    ),
                    CONVERT,
                )
            if self.unread:
                self._settle()
            yield

    def append(self, decisions: Sequence[Decision]) -> None:
        """Append decisions and flush them to disk. Call this inside `writing` only.

        Raises:
            ReviewError: They could not be written; none of them is in the log.
        """
        out = io.StringIO(newline="")
        csv.writer(out).writerows(decisions)
        content = out.getvalue().encode("utf-8", "replace")
        try:
            if not self.file.is_file() or not self.file.stat().st_size:
                storage.write_text(self.file, HEADER)
            append(self.file, content)
        except OSError as error:
            raise ReviewError(
                msg(
                    "The decision could not be saved: {strerror}.", strerror=error.strerror or error
                ),
                "Nothing was written. Make room on the disk, or check the folder, and repeat it.",
            ) from error
        self.read()

    def torn_files(self) -> list[Path]:
        """Files with incomplete rows that were moved out of the log, oldest first."""
        return torn_files(self.file)

    @property
    def _may_write(self) -> bool:
        return self.form.native and not self._read_only

    def _read_new(self) -> None:
        """Read what is new; everything if the file was changed in any way but appending."""
        try:
            status = self.file.stat()
            if self._part.is_current(status):
                return
            with self.file.open("rb") as handle:
                changed = self._part.was_changed(handle, status)
                handle.seek(self._part.size)
                content = handle.read()
                if changed or (content and not self.form.native):
                    self._restart()
                    self._part.was_changed(handle, status)
                    handle.seek(0)
                    content = handle.read()
        except FileNotFoundError:
            if self._part.size or self.unread:
                self._restart()
            return
        except OSError as error:
            raise ReviewError(
                msg(
                    "The review log {name} cannot be read: {strerror}.",
                    name=self.file.name,
                    strerror=error.strerror,
                ),
                "Check the file and its folder.",
            ) from error
        if not self._part.size:
            self.form = recognise(content, self.file)
        self._add(content)

    def _restart(self) -> None:
        self.decisions, self.damaged = [], []
        self.form, self.unread = Form(), b""
        self.generation += 1
        self._part, self._rows = ReadPart(), 0

    def _add(self, content: bytes) -> None:
        """Add the complete rows at the start of `content`, and note what remains."""
        text = self.form.to_utf8(content)
        taken = self._add_rows(text)
        self._part.add(content[:taken] if self.form.native else content)
        self.unread = text[taken:]
        if not self._may_write and (row := finished_row(self.unread, self.form.delimiter)):
            self._add_rows(row)
            self.unread, self.ends_inside_line = b"", True

    def _add_rows(self, text: bytes) -> int:
        """Add the complete rows at the start of a text in UTF-8; returns their size in bytes."""
        taken = 0
        for cells, size in complete_rows(text, self.form.delimiter):
            taken += size
            self._rows += 1
            if self._rows == 1:
                self._check_header(cells)
            elif isinstance(cells, str) or cells:
                reason = cells if isinstance(cells, str) else parse_problem(cells)
                if reason:
                    self.damaged.append(f"Row {self._rows} of {self.file.name}: {reason}.")
                else:
                    self.decisions.append(Decision(*cells))
        return taken

    def _check_header(self, cells: list[str] | str) -> None:
        if not is_header(cells):
            self._restart()
            raise ReviewError(
                msg("{name} is no review log: its columns are others.", name=self.file.name),
                "Move the file elsewhere; a review log is then begun anew.",
            )

    def _settle(self) -> None:
        """Complete the last row if only its line end is missing, or move it out of the file."""
        known = {decision.decision_id for decision in self.decisions}
        try:
            complete_or_set_aside(self.file, self._part.size, self.unread, known)
        except OSError as error:
            raise ReviewError(
                msg(
                    "The torn end of {name} could not be set aside: {strerror}.",
                    name=self.file.name,
                    strerror=error.strerror,
                ),
                "Make room on the disk, or check the folder.",
            ) from error
        self.unread = b""
        self._read_new()
