"""CSV for Excel, LibreOffice and the like, in which no cell can be taken for a formula.

It starts with a byte order mark, without which Excel misreads letters beyond ASCII. `restored`
takes the escapes of `qcmfm.core.text` out again; nothing does so unasked, since a museum's own file
may hold such cells.
"""

import csv
import io

from qcmfm.core.messages import N_
from qcmfm.core.text import escape_formula as escape
from qcmfm.core.text import unescape_formula as unescape
from qcmfm.exports import _table
from qcmfm.exports.reviewed import Reviewed

TITLE = N_("Spreadsheet, safe to open in Excel")
SUFFIX = "-spreadsheet.csv"
MIME = "text/csv"


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


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig", "replace")
