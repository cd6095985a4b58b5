"""The review log: every decision, one row each, in the order in which they were taken.

No cell can be taken for a formula: reasons, labels and names are typed by many people.
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
    """The bytes of the file; it can take the place of the log in a workspace."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([escape_formula(str(cell)) for cell in row] for row in reviewed.decisions)
    return out.getvalue().encode("utf-8", "replace")
