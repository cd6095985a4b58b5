"""The rows of a spreadsheet, read by a process of its own: see `_sheet_reader.py`."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg
from qcmfm.importers import _archives

HINT = "Export the table once more as CSV (UTF-8), with the column names in the first row."
_FAR = (
    "Delete the empty rows below the table and the empty columns to its right, where a cell may "
    "hold something, or export it as CSV (UTF-8)."
)
_PROGRAM = Path(__file__).with_name("_sheet_reader.py")
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "LANG", "TZ")


def sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of the rows with any content, of the first sheet that holds anything.

    Raises:
        ImportingError: It is no spreadsheet, a broken one, or one too large.
    """
    if path.suffix.lower() != ".xls":
        _archives.check_size(path)
    with _reader(path) as process:
        assert process.stdout
        for line in process.stdout:
            row = _row(line)
            if isinstance(row, str):
                raise _unreadable(path, row, HINT)
            yield row
        if process.wait():
            raise _unreadable(path, "it takes too much memory or time", _FAR)


@contextlib.contextmanager
def _reader(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that reads a file; it is ended when nobody wants more of it."""
    process = subprocess.Popen(
        [sys.executable, "-I", str(_PROGRAM), str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
    )
    try:
        yield process
    finally:
        process.kill()
        assert process.stdout
        process.stdout.close()
        process.wait()


def _row(line: bytes) -> tuple[int, list[str]] | str:
    """Number and cells of a row, or what is wrong."""
    try:
        found = json.loads(line)
    except ValueError:  # the process ended within a line
        return "it is broken"
    return (found[0], found[1]) if isinstance(found, list) else str(found["error"])


def _unreadable(path: Path, reason: str, hint: str) -> ImportingError:
    return ImportingError(
        msg("{name} cannot be read: {reason}.", name=path.name, reason=reason), hint
    )
