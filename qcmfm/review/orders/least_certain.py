"""The records first whose predicted label is the least probable.

That is 1 - max p (least confidence, Lewis and Gale 1994): the figure that the reviewer sees on the
record, so that the order explains itself. Records without a prediction come last.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from qcmfm.core.messages import N_
from qcmfm.records import Record
from qcmfm.review.items import Items

TITLE = N_("Least certain")


def keys(items: Items, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """The calibrated probability of the predicted label."""
    found = [items.confidence(record) for record in records]
    return np.array([np.nan if value is None else value for value in found], dtype=np.float64)
