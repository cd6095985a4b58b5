"""Append-only JSON Lines files that stay readable if a writer is killed at any moment.

A killed process or a full disk may leave an incomplete line. The next object is then written on a
new line, and reading skips lines that are not objects.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qcmfm.core import storage

_BINARY = getattr(os, "O_BINARY", 0)  # Windows would write line ends of its own


def append(
    file: Path,
    row: Mapping[str, Any],
    *,
    durable: bool = True,
    private: bool = False,
    surrogates: str = "replace",
) -> None:
    """Append an object as one line.

    Several processes may append at the same time.

    Args:
        file: The file, which is created if missing, in an existing folder.
        row: Object that can be serialised as JSON.
        durable: Whether the line is flushed to the disk; otherwise a power cut may lose it.
        private: Whether a newly created file is readable by its owner alone.
        surrogates: Error handler for lone surrogates, which file names may contain: `replace` by a
            question mark, or `backslashreplace`, which reading reverses.

    Raises:
        OSError: The line cannot be written.
    """
    line = json_line(row).encode("utf-8", surrogates)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | _BINARY
    handle = os.open(file, flags, 0o600 if private else 0o666)
    try:
        end = os.lseek(handle, 0, os.SEEK_END)
        if end:
            os.lseek(handle, end - 1, os.SEEK_SET)
            line = line if os.read(handle, 1) == b"\n" else b"\n" + line
        while line:
            line = line[os.write(handle, line) :]
        if durable:
            os.fsync(handle)
    finally:
        os.close(handle)
    if durable and not end:
        storage.flush_folder(file.parent)  # makes the new file itself durable


def json_line(row: Mapping[str, Any]) -> str:
    """An object as the line that `append` writes."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def read(file: Path, tail: int = 0) -> Iterator[dict[str, Any] | None]:
    """Objects of all lines that are not blank, oldest first; None for a line that is not an object.

    Args:
        file: The file; nothing is yielded if it does not exist.
        tail: Number of bytes at the end to read, whose first line may be cut; 0 for all.
    """
    try:
        handle = file.open("rb")
    except FileNotFoundError:
        return
    with handle:
        if tail:
            handle.seek(max(0, handle.seek(0, os.SEEK_END) - tail))
        for line in handle:
            if line.strip():
                yield _parsed(line)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
