"""CSV for Excel, LibreOffice and the like, in which no cell can be taken for a formula.

It starts with a byte order mark, without which Excel misreads letters beyond ASCII. An apostrophe
stands before a text cell that starts with `=`, `+`, `-`, `@`, a tab or a carriage return; numbers
such as -1353 are left alone. So that it can be undone, an apostrophe also stands before a cell that
starts with apostrophes and then one of these. `restored` takes the escapes out again; nothing does
so unasked, since a museum's own file may hold such cells.
"""

import csv
import io
import re

from qcmfm.exports import _table
from qcmfm.exports._reviewed import Reviewed

TITLE = "Spreadsheet, safe to open in Excel"
SUFFIX = "-spreadsheet.csv"
MIME = "text/csv"

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?%?")
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


def content(reviewed: Reviewed) -> bytes:
    """The bytes of the file: UTF-8 with a byte order mark, commas."""
    header = _table.columns(reviewed)
    rows = [[row.get(name, "") for name in header] for row in _table.rows(reviewed)]
    return _csv([[escape(cell) for cell in row] for row in [header, *rows]])


def restored(spreadsheet: bytes) -> bytes:
    """A spreadsheet export with its escapes taken out: a CSV to be read as a collection."""
    text = spreadsheet.decode("utf-8-sig", "replace")
    rows = csv.reader(io.StringIO(text, newline=""))
    return _csv([[unescape(cell) for cell in row] for row in rows])


def escape(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _RISKY.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unescape(cell: str) -> str:
    """The cell that `escape` made this of."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig", "replace")
