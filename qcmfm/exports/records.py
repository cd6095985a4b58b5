"""CSV in the encoding and delimiter of the source, with our columns added to unchanged cells.

In place of the collection's `records.csv` it reads as the same records. Cells of the source are
unchanged even if they are formulas; in our columns, formulas are escaped.
"""

import csv
import io

from qcmfm.core.messages import N_
from qcmfm.core.text import escape_formula
from qcmfm.exports import _table
from qcmfm.exports.reviewed import Reviewed

TITLE = N_("CSV, with every original column")
SUFFIX = ".csv"
MIME = "text/csv"


def content(reviewed: Reviewed) -> bytes:
    """The bytes of the file."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(
        out,
        _table.columns(reviewed),
        extrasaction="ignore",
        delimiter=reviewed.collection.delimiter,
    )
    writer.writeheader()
    for row in _table.rows(reviewed):
        writer.writerow(row | {name: escape_formula(row[name]) for name in _table.PROGRAM_COLUMNS})
    return out.getvalue().encode(reviewed.collection.encoding, "replace")
