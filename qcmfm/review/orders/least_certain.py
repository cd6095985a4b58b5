"""Order by confidence in the predicted label, the lowest first.

This is least-confidence sampling, by 1 - max p (Lewis and Gale 1994). The reviewer sees the same
confidence on the record, so the order explains itself. Records without a prediction come last.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from qcmfm.core.messages import N_
from qcmfm.records import Record
from qcmfm.review.items import Items

TITLE = N_("Least certain")


def keys(items: Items, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """The calibrated probability of each record's predicted label, 0 to 1."""
    found = [items.confidence(record) for record in records]
    return np.array([np.nan if value is None else value for value in found], dtype=np.float64)
