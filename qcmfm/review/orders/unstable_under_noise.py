"""The records first whose label a noisy device would change most readily.

By the noise that was saved under a name on the Noise lab: the probability that the proposed label
has under it, less that of the likeliest other. Records that the model was not asked about come
last.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import N_, msg
from qcmfm.records import Record
from qcmfm.review.items import Items

TITLE = N_("Unstable under noise")


def keys(items: Items, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """How firmly each record keeps its label, -1 to 1.

    Raises:
        ReviewError: The collection was not measured under such a noise.
    """
    found = items.stability.get(items.noise)
    if found is None:
        raise ReviewError(
            msg(
                "The collection was not measured under a noise named {noise!r}.",
                noise=items.noise[:80],
            ),
            "Save a setting on the Noise lab, then choose this order again.",
        )
    return np.array([found.get(record.record_id, np.nan) for record in records], dtype=np.float64)
