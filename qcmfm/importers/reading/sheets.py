"""Read spreadsheets in a sandboxed process, see `sheet_reader.py`."""

from collections.abc import Iterator
from pathlib import Path

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg
from qcmfm.core.sandbox import Sandbox, SandboxDied, SandboxLimits
from qcmfm.importers.reading import archives

HINT = "Export the table once more as CSV (UTF-8), with the column names in the first row."
LIMITS = SandboxLimits(memory=3 * 1024**3, cpu_seconds=60, message=1 << 30)
"""Enough memory for a table of ten million cells."""
_FAR = (
    "Delete the empty rows below the table and the empty columns to its right, where a cell may "
    "hold something, or export it as CSV (UTF-8)."
)
_PROGRAM = Path(__file__).with_name("sheet_reader.py")


def sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells of the non-empty rows of the first non-empty sheet.

    Raises:
        ImportingError: The file is not a spreadsheet, is damaged, or is too large.
    """
    if path.suffix.lower() != ".xls":
        archives.check_size(path)
    try:
        with Sandbox(_PROGRAM, LIMITS) as process:
            for reply, _ in process.ask({"path": str(path)}):
                if "error" in reply:
                    raise _refused(path, reply)
                yield from ((number, cells) for number, cells in reply["rows"])
    except SandboxDied:
        raise _refused(path, {"error": "memory"}) from None


def _refused(path: Path, reply: dict[str, str]) -> ImportingError:
    if reply["error"] == "memory":
        return _unreadable(path, "it takes too much memory or time", _FAR)
    return _unreadable(path, reply.get("reason") or "it is broken", HINT)


def _unreadable(path: Path, reason: str, hint: str) -> ImportingError:
    return ImportingError(
        msg("{name} cannot be read: {reason}.", name=path.name, reason=reason), hint
    )
