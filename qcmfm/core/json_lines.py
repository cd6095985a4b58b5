"""A file that grows by one JSON object a line, readable after a kill at any moment.

A kill or a full disk may leave half a line. What is written next begins on a line of its own, and
reading passes over what is no object.
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
    """Write an object as the file's last line, in one piece.

    Several processes may do so at once.

    Args:
        file: Made where it is not there, in a folder that is.
        row: What JSON can hold.
        durable: Whether it is on the disk when this returns; a power cut may take it otherwise.
        private: Whether a file that is made now is for its owner's eyes only.
        surrogates: What becomes of halves of characters, which names of files may hold: `replace`
            by a question mark, or `backslashreplace`, by which reading gives them back.

    Raises:
        OSError: It cannot be written.
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
        storage.flush_folder(file.parent)  # the file's name


def json_line(row: Mapping[str, Any]) -> str:
    """An object as the line that `append` writes."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def read(file: Path, tail: int = 0) -> Iterator[dict[str, Any] | None]:
    """The object of each line that is not blank, oldest first; None for what is no object.

    Args:
        file: Where there is none, nothing is given.
        tail: Read only so many bytes at the end, whose first line may be cut; 0 for everything.
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
