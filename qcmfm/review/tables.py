"""Decisions as a pandas table, with the columns of the review log."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qcmfm.review.decision import COLUMNS, Decision

if TYPE_CHECKING:
    import pandas as pd


def decisions_table(decisions: Iterable[Decision]) -> "pd.DataFrame":
    """One row for each decision; every cell is text, as in the file.

    Args:
        decisions: Such as `ReviewLog(file).decisions`; the log's `damaged` has a sentence for each
            row of the file that is not a valid decision.
    """
    import pandas as pd

    return pd.DataFrame(list(decisions), columns=list(COLUMNS), dtype=str)
