"""The review log: a CSV file that is only ever appended to, one row a decision.

Several processes and threads write to it. A writer holds a lock, reads what the others appended,
appends its rows in one go and flushes the disk. Readers take no lock: they read what was appended
since they last looked, up to the last whole row.
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
"""Seconds after which a lock that is not given up is an error."""

_POLL = 0.01
"""Seconds between two tries to get the lock."""

_REMEMBERED = 64
"""Bytes before the place read so far by which a file that was exchanged is recognised."""

_FORBIDDEN = set('/\\:\0*?"<>|')
"""What no file's name may hold, here or on another system."""

_ROW_START = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12},")


def review_folder() -> Path:
    """Where the review logs lie, one for each collection."""
    return settings.home() / "review"


def review_file(collection: str) -> Path:
    """The review log of the collection called `collection`.

    Raises:
        ReviewError: The name cannot be a file's.
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
        file: The CSV; made with its folder by the first decision.

    Attributes:
        decisions: Every decision, in the order of the file.
        damaged: What is wrong with the rows that are no decision, a sentence each.
        generation: Counts how often the file turned out to be another one and was read anew.
    """

    def __init__(self, file: Path):
        self.file = file
        self.decisions: list[Decision] = []
        self.damaged: list[str] = []
        self.generation = 0
        self._end = 0  # bytes read so far: always the end of a row
        self._before = b""  # the last bytes before that
        self._rows = 0  # rows read so far, the header included
        self._threads = threading.RLock()
        unread = self._unread()
        if self._add_rows(unread) < len(unread):
            with self.writing():
                pass  # sets aside what a power cut left

    def read(self) -> None:
        """Take in what anybody appended since the last time.

        Raises:
            ReviewError: The file is no review log, or cannot be read.
        """
        with self._threads:
            self._add_rows(self._unread())

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Keep every other writer out; all decisions there are have been read inside the block.

        Raises:
            ReviewError: The file is no review log or cannot be read, or the lock is not given up.
        """
        with self._threads:
            try:
                lock = storage.lock(self.file).acquire(timeout=WAIT, poll_interval=_POLL)
            except (OSError, Timeout) as error:
                raise ReviewError(
                    msg(
                        "The review log {name} is locked ({error}).",
                        name=self.file.name,
                        error=error,
                    ),
                    "Try again.",
                ) from error
            with lock:
                unread = self._unread()
                taken = self._add_rows(unread)
                if taken < len(unread):
                    self._set_aside(unread[taken:])
                yield

    def append(self, decisions: Sequence[Decision]) -> None:
        """Write decisions; when this returns they are on the disk. Inside `writing` only.

        Raises:
            ReviewError: They could not be written; none of them is in the log then.
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
        """What was set aside, oldest first."""
        return sorted(self.file.parent.glob(f"{glob.escape(self.file.name)}.torn-*"))

    def _holds_bytes(self) -> bool:
        return self.file.is_file() and self.file.stat().st_size > 0

    def _unread(self) -> bytes:
        """The bytes after the place read so far; all of them where the file is another one."""
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
        """Take in the whole rows at the start of `content`; returns how many bytes they are."""
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
        """Move what is no whole row out of the file; keep whole rows that stand behind it.

        A power cut tears the last row, and nothing stands behind it. Behind a quotation mark that
        somebody broke by hand, everything looks like one row without an end.
        """
        aside = self.file.with_name(f"{self.file.name}.torn-{utc_now_ms().replace(':', '')}")
        try:
            storage.write_bytes(aside, torn)
            with self.file.open("r+b") as handle:
                handle.truncate(self._end)
                os.fsync(handle.fileno())
            kept = self._behind(torn)
            if kept:
                _append(self.file, kept)
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

    def _behind(self, torn: bytes) -> bytes:
        """The first whole rows behind a torn one that are decisions not known yet."""
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
    """Append to a file and flush the disk; if that fails, the file is as it was."""
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
