"""CSV in the source's own encoding and delimiter, every cell as it was, with our columns added.

Put in the place of the collection's `records.csv`, it reads as the same records. What the museum
wrote goes back to it as it was, formulas too; what was written here cannot be taken for one.
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
        writer.writerow(row | {name: escape_formula(row[name]) for name in _table.OURS})
    return out.getvalue().encode(reviewed.collection.encoding, "replace")
