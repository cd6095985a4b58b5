"""The rows of a spreadsheet, read by a sandboxed process: see `sheet_reader.py`."""

from collections.abc import Iterator
from pathlib import Path

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg
from qcmfm.core.sandbox import Limits, Sandbox, SandboxDied
from qcmfm.importers.reading import archives

HINT = "Export the table once more as CSV (UTF-8), with the column names in the first row."
LIMITS = Limits(memory=3 * 1024**3, cpu_seconds=60, message=1 << 30)
"""Memory for a table of ten million cells."""
_FAR = (
    "Delete the empty rows below the table and the empty columns to its right, where a cell may "
    "hold something, or export it as CSV (UTF-8)."
)
_PROGRAM = Path(__file__).with_name("sheet_reader.py")


def sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of the rows with any content, of the first sheet that holds anything.

    Raises:
        ImportingError: It is no spreadsheet, a broken one, or one too large.
    """
    if path.suffix.lower() != ".xls":
        archives.check_size(path)
    try:
        with Sandbox(_PROGRAM, LIMITS) as process:
            for said, _ in process.ask({"path": str(path)}):
                if "error" in said:
                    raise _refused(path, said)
                for number, cells in said["rows"]:
                    yield number, cells
    except SandboxDied:
        raise _refused(path, {"error": "memory"}) from None


def _refused(path: Path, said: dict[str, str]) -> ImportingError:
    if said["error"] == "memory":
        return _unreadable(path, "it takes too much memory or time", _FAR)
    return _unreadable(path, said.get("reason") or "it is broken", HINT)


def _unreadable(path: Path, reason: str, hint: str) -> ImportingError:
    return ImportingError(
        msg("{name} cannot be read: {reason}.", name=path.name, reason=reason), hint
    )
