"""Atomic and durable writes, which survive a killed process or a power cut."""

import contextlib
import errno
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from filelock import FileLock

from qcmfm.core.errors import StorageError
from qcmfm.core.messages import msg

_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""Error numbers of a file system that permanently lacks support for locks."""


class DiskLock(FileLock):
    """A file lock with a clear error for disks without locks, such as some network shares."""

    def acquire(self, *args: Any, **kwargs: Any) -> Any:
        """Acquire the lock, as `FileLock` does.

        Raises:
            StorageError: The disk has no locks.
            Timeout: Another thread or process holds the lock.
            OSError: The lock file cannot be opened.
        """
        try:
            return super().acquire(*args, **kwargs)
        except (OSError, NotImplementedError) as error:
            if isinstance(error, OSError) and error.errno not in _NO_LOCKS:
                raise
            raise StorageError(
                msg(
                    "The disk of {folder} has no locks, so two programs that write at the same "
                    "time would damage each other's files.",
                    folder=Path(self.lock_file).parent,
                ),
                "Set QCMFM_HOME to a folder on a local disk, or start the lock service of the "
                "file server (for NFS: rpc.statd).",
            ) from error


def flush_folder(folder: Path) -> None:
    """Make a rename inside `folder` durable (POSIX; Windows has no such call)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path that replaces `path` when the block ends without an error.

    The temporary name starts with a dot, so listings of the folder never show a partial file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name}.{uuid.uuid4().hex[:8]}.tmp"
    try:
        yield temporary
        with temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
        flush_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8 atomically, with its line endings unchanged."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Write `content` to `path` as indented JSON atomically."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def flush(handle: IO[bytes]) -> None:
    """Force what was written to an open file onto the disk."""
    handle.flush()
    os.fsync(handle.fileno())


def publish_folder(temporary: Path, final: Path) -> None:
    """Flush every file of `temporary`, then give the folder its final name in one step.

    Raises:
        OSError: `final` exists already.
    """
    if final.exists():  # on POSIX, rename would replace an empty folder
        raise FileExistsError(f"{final} exists already")
    for path in temporary.rglob("*"):
        if path.is_file():
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    flush_folder(temporary)
    temporary.rename(final)
    flush_folder(final.parent)


def discard_folder(folder: Path) -> None:
    """Delete `folder` and its contents; a missing folder is ignored."""
    shutil.rmtree(folder, ignore_errors=True)


def lock(path: Path) -> DiskLock:
    """A lock between threads and processes, based on a lock file beside `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return DiskLock(path.parent / f".{path.name}.lock")
