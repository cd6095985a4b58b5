"""Writes that a kill or a power cut cannot leave half done."""

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from filelock import FileLock


def flush_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut (POSIX; Windows has no such call)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well it becomes `path`.

    The temporary name starts with a dot, so listings of the folder never show half a file.
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
    """Write `content` to `path`, whole or not at all."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, whole or not at all; line ends stay as they are."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Write `content` to `path` as indented JSON, whole or not at all."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def flush(handle: IO[bytes]) -> None:
    """Have what was written to a file on the disk."""
    handle.flush()
    os.fsync(handle.fileno())


def publish_folder(temporary: Path, final: Path) -> None:
    """Flush every file of `temporary`, then give the folder its final name in one step.

    Raises:
        OSError: `final` exists already.
    """
    if final.exists():  # POSIX would take the place of an empty folder
        raise FileExistsError(f"{final} exists already")
    for path in temporary.rglob("*"):
        if path.is_file():
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    flush_folder(temporary)
    temporary.rename(final)
    flush_folder(final.parent)


def discard_folder(folder: Path) -> None:
    """Delete `folder` and all it holds; a missing folder is fine."""
    shutil.rmtree(folder, ignore_errors=True)


def lock(path: Path) -> FileLock:
    """A lock between threads and processes, kept in a file beside `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.parent / f".{path.name}.lock")
