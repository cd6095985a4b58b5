"""The review log: every decision, one row each, in the order in which they were taken."""

import csv
import io

from qcmfm.exports._reviewed import Reviewed
from qcmfm.review.decision import COLUMNS

TITLE = "Review log, every decision"
SUFFIX = "-review.csv"
MIME = "text/csv"


def content(reviewed: Reviewed) -> bytes:
    """The bytes of the file; it can take the place of the log in a workspace."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(reviewed.decisions)
    return out.getvalue().encode("utf-8", "replace")
