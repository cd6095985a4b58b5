"""The part of a file that was read already, to notice when somebody changed it."""

import hashlib
import math
import os
import time
from typing import IO

_TAIL = 4096
"""Number of bytes before the read position that are compared each time the file grew."""

CHECK_AFTER = 5.0
"""Seconds after which the part that was read is compared as a whole when the file has grown."""

_SHARE = 100.0
"""How many times longer than the last comparison took to wait at least until the next."""

_CLOCK_TICK = 2.0
"""Seconds within which a second change may leave a file's time as it is, on the coarsest disks."""

_CHUNK = 1 << 20


class ReadPart:
    """The part of a file from its start up to the read position.

    A file that grew was most likely appended to by another process, so only the bytes just before
    the read position are compared at once, and all of them a few seconds later. A file that changed
    in any other way, such as an edit that leaves its size, is compared as a whole immediately.

    Attributes:
        size: Number of bytes read so far.
    """

    def __init__(self) -> None:
        self.size = 0
        self._tail = b""
        self._hash = hashlib.blake2b()
        self._stamp: tuple[int, int, int] | None = None
        self._check_at = math.inf
        self._took = 0.0

    def add(self, content: bytes) -> None:
        """Add bytes that were read, and move the read position behind them."""
        self.size += len(content)
        self._tail = (self._tail + content)[-_TAIL:]
        self._hash.update(content)

    def is_current(self, status: os.stat_result) -> bool:
        """Whether the file is as it was at the last comparison, and none is due."""
        return _stamp(status) == self._stamp and time.monotonic() < self._check_at

    def was_changed(self, handle: IO[bytes], status: os.stat_result) -> bool:
        """Whether the file no longer starts with the bytes that were read."""
        stamp, last, self._stamp = _stamp(status), self._stamp, _stamp(status)
        if not self.size:
            self._check_again_if_recent(status)
            return False
        same_file = last is not None and stamp[2] == last[2]
        grown = same_file and stamp[0] > max(self.size, last[0] if last else 0)
        if grown and time.monotonic() < self._check_at:
            self._check_later()
            handle.seek(self.size - len(self._tail))
            return handle.read(len(self._tail)) != self._tail
        begun = time.monotonic()
        changed = not self.has_same_start(handle)
        self._took, self._check_at = time.monotonic() - begun, math.inf
        self._check_again_if_recent(status)
        return changed

    def _check_again_if_recent(self, status: os.stat_result) -> None:
        """A change within the same tick of the disk's clock leaves size and time as they are."""
        if time.time() - status.st_mtime < _CLOCK_TICK:
            self._check_later()

    def _check_later(self) -> None:
        wait = max(CHECK_AFTER, _SHARE * self._took)
        self._check_at = min(self._check_at, time.monotonic() + wait)

    def has_same_start(self, handle: IO[bytes]) -> bool:
        """Whether an open file still starts with the bytes that were read; reads all of them."""
        found, left = hashlib.blake2b(), self.size
        handle.seek(0)
        while left and (chunk := handle.read(min(left, _CHUNK))):
            found.update(chunk)
            left -= len(chunk)
        return not left and found.digest() == self._hash.digest()


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino
