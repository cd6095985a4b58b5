"""Order by stability of the suggested label under noise, the least stable first.

Stability under a noise setting, saved on the Noise lab page, is the probability of the suggested
label under the noise minus that of the most probable other label. Records without it come last.
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
    """The stability of each record's label, -1 to 1.

    Raises:
        ReviewError: Stability was not measured under this noise setting.
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
