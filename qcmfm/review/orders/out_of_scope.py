"""Order by how far records are out of distribution, the farthest first.

The measure is the distance to the nearest training records, relative to the distance within which
the usual share of training records lies. Records without this measure come last.
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
    """The negative relative distance of each record.

    Raises:
        ReviewError: There are predictions, but none has the measure.
    """
    known = items.predictions
    if known and all(prediction.unusualness is None for prediction in known.values()):
        raise ReviewError(
            "Nobody knows yet which records are unlike what the model was trained on.",
            "Calibrate the model: python -m qcmfm calibrate; then label the collection anew.",
        )
    predictions = [known.get(record.record_id) for record in records]
    found = [prediction.unusualness if prediction else None for prediction in predictions]
    return np.array([np.nan if value is None else -value for value in found], dtype=np.float64)
