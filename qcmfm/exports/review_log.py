"""The review log: one row per decision, in the order in which they were made.

Formulas are escaped, since anybody can type reasons, labels and names.
"""

import csv
import io

from qcmfm.core.messages import N_
from qcmfm.core.text import escape_formula
from qcmfm.exports.reviewed import Reviewed
from qcmfm.review.decision import COLUMNS

TITLE = N_("Review log, every decision")
SUFFIX = "-review.csv"
MIME = "text/csv"


def content(reviewed: Reviewed) -> bytes:
    """The bytes of the file, which can replace the log in a workspace."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([escape_formula(str(cell)) for cell in row] for row in reviewed.decisions)
    return out.getvalue().encode("utf-8", "replace")
