"""Order by quality of the catalogue label, the lowest first.

The quality is the self-confidence of confident learning (Northcutt et al. 2021, `cleanlab`): the
out-of-fold probability of the catalogue label. Records without a label, without such a probability,
or with a label that the models do not know come last.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import N_
from qcmfm.records import Record
from qcmfm.review.doubtful import label_quality
from qcmfm.review.items import Items

TITLE = N_("Most likely mislabelled")


def keys(items: Items, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """The quality of each record's catalogue label, 0 to 1.

    Raises:
        ReviewError: There are no out-of-fold probabilities.
    """
    if items.out_of_fold is None:
        raise ReviewError(
            "The recorded labels were not compared with the model yet.",
            "Look for label errors on the page Clean up first.",
        )
    return label_quality(items.out_of_fold, records)
