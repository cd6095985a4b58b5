"""The records first whose recorded label is most likely wrong.

Confident learning's label quality by self-confidence (Northcutt et al. 2021, `cleanlab`): the
probability that models which never saw the record give to its recorded label. Records without a
label, without such a probability, or with a label that those models do not know come last.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from qcmfm.errors import ReviewError
from qcmfm.records import Record
from qcmfm.review.items import Items

TITLE = "Most likely mislabelled"


def keys(items: Items, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """The quality of each record's label, 0 to 1.

    Raises:
        ReviewError: There are no out-of-fold probabilities.
    """
    from cleanlab.rank import get_label_quality_scores

    measured = items.out_of_fold
    if measured is None:
        raise ReviewError(
            "The recorded labels were not compared with the model yet.",
            "Look for label errors first; that trains on the collection's labels.",
        )
    rows = {record_id: row for row, record_id in enumerate(measured.record_ids)}
    columns = {label: column for column, label in enumerate(measured.labels)}
    found = np.full(len(records), np.nan)
    known = [
        (place, rows[record.record_id], columns[record.label])
        for place, record in enumerate(records)
        if record.record_id in rows and record.label in columns
    ]
    if known:
        place, row, column = np.array(known).T
        found[place] = get_label_quality_scores(
            column, measured.probabilities[row], method="self_confidence"
        )
    return found
