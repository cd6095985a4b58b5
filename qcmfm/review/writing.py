"""Writes to a review log: its lock, appending, and what to do with an incomplete last row."""

import contextlib
import glob
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from filelock import Timeout

from qcmfm.core import storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import msg
from qcmfm.review.decision import parse_problem
from qcmfm.review.rows import complete_rows, finished_row, line_starts

WAIT = 30.0
"""Seconds to wait for the lock before raising an error."""

_POLL = 0.01
"""Seconds between two attempts to take the lock."""

_ROW_START = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12},")


@contextlib.contextmanager
def locked(file: Path, wait: float | None = None) -> Iterator[None]:
    """Hold the lock of a review log against other writers.

    Args:
        file: The review log.
        wait: Seconds to wait for the lock; by default `WAIT`.

    Raises:
        ReviewError: The log stays locked, or the lock file cannot be opened.
        StorageError: The disk has no locks.
    """
    wait = WAIT if wait is None else wait
    try:
        lock = storage.lock(file).acquire(timeout=wait, poll_interval=_POLL)
    except Timeout as error:
        raise ReviewError(
            msg(
                "The review log {name} is locked: another program is writing to it.",
                name=file.name,
            ),
            "Try again.",
        ) from error
    except OSError as error:
        raise ReviewError(
            msg(
                "The review log {name} cannot be locked ({error}).",
                name=file.name,
                error=error.strerror or error,
            ),
            "Check the rights on its folder, and the disk.",
        ) from error
    with lock:
        yield


def torn_files(file: Path) -> list[Path]:
    """Files with incomplete rows that were moved out of a log, oldest first."""
    return sorted(file.parent.glob(f"{glob.escape(file.name)}.torn-*"))


def complete_or_set_aside(file: Path, start: int, torn: bytes, known: Collection[str]) -> None:
    """Complete the last row if only its line end is missing; else move it out of the file.

    Complete rows that follow it are kept. A row torn by a power cut is the last one. After a
    quotation mark that somebody broke by hand, however, the rest of the file looks like a single
    unfinished row.

    Args:
        file: The review log, whose lock is held.
        start: Place of the first byte of the incomplete row.
        torn: Content of the file from there to its end.
        known: Ids of the decisions before it.

    Raises:
        OSError: The file cannot be written.
    """
    finished = finished_row(torn)
    if finished:
        append(file, finished[len(torn) :])
        return
    aside = file.with_name(f"{file.name}.torn-{utc_now_ms().replace(':', '')}")
    storage.write_bytes(aside, torn)
    with file.open("r+b") as handle:
        handle.truncate(start)
        os.fsync(handle.fileno())
    following = _rows_after(torn, known)
    if following:
        append(file, following)


def _rows_after(torn: bytes, known: Collection[str]) -> bytes:
    """The first complete rows after a torn one that are decisions not known yet."""
    for place in line_starts(torn)[1:]:
        rows = list(complete_rows(torn[place:])) if _ROW_START.match(torn, place) else []
        first = rows[0][0] if rows else ""
        if not isinstance(first, str) and not parse_problem(first) and first[0] not in known:
            return torn[place : place + sum(size for _, size in rows)]
    return b""


def append(file: Path, content: bytes) -> None:
    """Append to a file and flush it to disk; if that fails, the file is unchanged.

    Raises:
        OSError: The content could not be written.
    """
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
