"""The review log: an append-only CSV file with one row per decision.

Several processes and threads write to it. A writer takes a lock, reads the rows that others
appended, appends its own in one write, and flushes to disk. Readers take no lock: they read the
rows appended since their last read, up to the last complete one.
"""

import contextlib
import csv
import glob
import io
import os
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from filelock import Timeout

from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import msg
from qcmfm.review.decision import COLUMNS, Decision, parse_problem
from qcmfm.review.rows import complete_rows

WAIT = 30.0
"""Seconds to wait for the lock before raising an error."""

_POLL = 0.01
"""Seconds between two attempts to take the lock."""

_REMEMBERED = 64
"""Number of bytes before the read position that are compared to detect a replaced file."""

_FORBIDDEN = set('/\\:\0*?"<>|')
"""Characters that file names may not contain on some operating system."""

_ROW_START = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12},")


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

    Attributes:
        decisions: Every decision, in the order of the file.
        damaged: A sentence for each row that is not a valid decision.
        generation: How often the file was found replaced, and read again from the start.
    """

    def __init__(self, file: Path):
        self.file = file
        self.decisions: list[Decision] = []
        self.damaged: list[str] = []
        self.generation = 0
        self._end = 0  # Bytes read so far, always up to the end of a row.
        self._before = b""  # The last bytes before that position.
        self._rows = 0  # Rows read so far, including the header.
        self._threads = threading.RLock()
        unread = self._unread()
        if self._add_rows(unread) < len(unread):
            with self.writing():
                pass  # Taking the lock moves a row torn by a power cut out of the file.

    def read(self) -> None:
        """Read the decisions that were appended since the last read.

        Raises:
            ReviewError: The file is not a review log, or cannot be read.
        """
        with self._threads:
            self._add_rows(self._unread())

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock against other writers; inside the block all decisions have been read.

        Raises:
            ReviewError: The file is not a review log, cannot be read, or stays locked.
            StorageError: The disk has no locks.
        """
        with self._threads:
            try:
                lock = storage.lock(self.file).acquire(timeout=WAIT, poll_interval=_POLL)
            except Timeout as error:
                raise ReviewError(
                    msg(
                        "The review log {name} is locked: another program is writing to it.",
                        name=self.file.name,
                    ),
                    "Try again.",
                ) from error
            except OSError as error:
                raise ReviewError(
                    msg(
                        "The review log {name} cannot be locked ({error}).",
                        name=self.file.name,
                        error=error.strerror or error,
                    ),
                    "Check the rights on its folder, and the disk.",
                ) from error
            with lock:
                unread = self._unread()
                taken = self._add_rows(unread)
                if taken < len(unread):
                    self._set_aside(unread[taken:])
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
            if not self._holds_bytes():
                storage.write_text(self.file, ",".join(COLUMNS) + "\r\n")
            _append(self.file, content)
        except OSError as error:
            raise ReviewError(
                msg(
                    "The decision could not be saved: {strerror}.", strerror=error.strerror or error
                ),
                "Nothing was written. Make room on the disk, or check the folder, and repeat it.",
            ) from error
        self.read()

    def torn_files(self) -> list[Path]:
        """Files with torn rows that were moved out of the log, oldest first."""
        return sorted(self.file.parent.glob(f"{glob.escape(self.file.name)}.torn-*"))

    def _holds_bytes(self) -> bool:
        return self.file.is_file() and self.file.stat().st_size > 0

    def _unread(self) -> bytes:
        """The bytes after the read position; the entire content if the file was replaced."""
        try:
            size = self.file.stat().st_size
            if size == self._end:
                return b""
            with self.file.open("rb") as handle:
                start = self._end - len(self._before)
                handle.seek(start)
                content = handle.read()
                if content[: len(self._before)] == self._before:
                    return content[len(self._before) :]
                self._restart()
                handle.seek(0)
                return handle.read()
        except FileNotFoundError:
            if self._end:
                self._restart()
            return b""
        except OSError as error:
            raise ReviewError(
                msg(
                    "The review log {name} cannot be read: {strerror}.",
                    name=self.file.name,
                    strerror=error.strerror,
                ),
                "Check the file and its folder.",
            ) from error

    def _restart(self) -> None:
        self.decisions, self.damaged = [], []
        self.generation += 1
        self._end, self._before, self._rows = 0, b"", 0

    def _add_rows(self, content: bytes) -> int:
        """Add the complete rows at the start of `content`; returns their size in bytes."""
        taken = 0
        for cells, size in complete_rows(content):
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
        self._end += taken
        self._before = (self._before + content[:taken])[-_REMEMBERED:]
        return taken

    def _check_header(self, cells: list[str] | str) -> None:
        if isinstance(cells, str) or tuple(name.lstrip("\ufeff") for name in cells) != COLUMNS:
            self._restart()
            raise ReviewError(
                msg("{name} is no review log: its columns are others.", name=self.file.name),
                "Move the file elsewhere; a review log is then begun anew.",
            )

    def _set_aside(self, torn: bytes) -> None:
        """Move an incomplete row out of the file, but keep complete rows that follow it.

        A row torn by a power cut is the last one. After a quotation mark that somebody broke by
        hand, however, the rest of the file looks like a single unfinished row.
        """
        aside = self.file.with_name(f"{self.file.name}.torn-{utc_now_ms().replace(':', '')}")
        try:
            storage.write_bytes(aside, torn)
            with self.file.open("r+b") as handle:
                handle.truncate(self._end)
                os.fsync(handle.fileno())
            following = self._rows_after(torn)
            if following:
                _append(self.file, following)
        except OSError as error:
            raise ReviewError(
                msg(
                    "The torn end of {name} could not be set aside: {strerror}.",
                    name=self.file.name,
                    strerror=error.strerror,
                ),
                "Make room on the disk, or check the folder.",
            ) from error
        self._add_rows(self._unread())

    def _rows_after(self, torn: bytes) -> bytes:
        """The first complete rows after a torn one that are decisions not known yet."""
        known = {decision.decision_id for decision in self.decisions}
        place = torn.find(b"\n") + 1
        while 0 < place < len(torn):
            rows = list(complete_rows(torn[place:])) if _ROW_START.match(torn, place) else []
            first = rows[0][0] if rows else ""
            if not isinstance(first, str) and not parse_problem(first) and first[0] not in known:
                return torn[place : place + sum(size for _, size in rows)]
            place = torn.find(b"\n", place) + 1
        return b""


def _append(file: Path, content: bytes) -> None:
    """Append to a file and flush it to disk; if that fails, the file is unchanged."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        before = os.fstat(handle).st_size
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, before)
            raise
    finally:
        os.close(handle)
