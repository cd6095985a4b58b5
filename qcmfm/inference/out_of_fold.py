"""Probabilities of records from models that were not trained on them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class OutOfFold:
    """Out-of-fold probabilities: from models that were not trained on the record in question.

    Args:
        record_ids: Ids of the records, in the order of the rows.
        labels: Labels, in the order of the columns.
        probabilities: Probabilities, 0 to 1; each row adds up to 1.
    """

    record_ids: Sequence[str]
    labels: Sequence[str]
    probabilities: Float[np.ndarray, "record label"]
