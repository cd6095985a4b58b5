"""CSV for Excel, LibreOffice and other spreadsheets, with formulas escaped.

It starts with a byte order mark, without which Excel misreads letters beyond ASCII. `restored`
removes the escapes of `qcmfm.core.text` again; this is never done automatically, since a museum's
own file may contain cells that look escaped.
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
    """Remove the escapes from a spreadsheet export, to read it as a collection."""
    text = spreadsheet.decode("utf-8-sig", "replace")
    rows = csv.reader(io.StringIO(text, newline=""))
    return _csv([[unescape(cell) for cell in row] for row in rows])


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig", "replace")
