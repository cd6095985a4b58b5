"""The records first that are least like what the model was trained on.

By the distance to the nearest training records, in units of the border within which the usual
share of those lies. Records for which it was not measured come last.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import N_
from qcmfm.records import Record
from qcmfm.review.items import Items

TITLE = N_("Out of scope")


def keys(items: Items, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """The unusualness, the greatest first.

    Raises:
        ReviewError: It was measured for no record.
    """
    known = items.predictions
    if known and all(said.unusualness is None for said in known.values()):
        raise ReviewError(
            "Nobody knows yet which records are unlike what the model was trained on.",
            "Calibrate the model: python -m qcmfm calibrate; then label the collection anew.",
        )
    said = [known.get(record.record_id) for record in records]
    found = [one.unusualness if one else None for one in said]
    return np.array([np.nan if value is None else -value for value in found], dtype=np.float64)
