"""CSV in the source's own encoding and delimiter, every cell as it was, with our columns added.

Put in the place of the collection's `records.csv`, it reads as the same records.
"""

import csv
import io

from qcmfm.exports import _table
from qcmfm.exports._reviewed import Reviewed

TITLE = "CSV, with every original column"
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
    writer.writerows(_table.rows(reviewed))
    return out.getvalue().encode(reviewed.collection.encoding, "replace")
