"""Sets of labels that hold the true one at an asked rate, whatever the model is worth.

Split conformal prediction with the score 1 - p(true label), which gives the smallest sets
(least ambiguous set-valued classifiers, Sadinle, Lei and Wasserman 2019). The scores come from
records that the model was not trained on. A set may be empty: then no label is likely enough to be
kept at the asked rate, and a person has to look.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from qcmfm.evaluation.metrics import mean_intervals


def lac_scores(
    probabilities: Float[np.ndarray, "record label"], truth: Int[np.ndarray, " record"]
) -> Float[np.ndarray, " record"]:
    """How badly each record's true label fits, 0 to 1.

    Args:
        probabilities: Each row adds up to 1.
        truth: Number of the true label.
    """
    return 1 - probabilities[np.arange(len(truth)), truth]


def lac_threshold(scores: Float[np.ndarray, " record"], error_rate: float) -> float:
    """The score up to which a label is kept, so that the true one is at 1 - `error_rate`.

    It is the k-th smallest of n scores, k = ceil((n + 1) (1 - error_rate)), which covers at least
    as often as asked over all draws of the n records; 1, so that every label is kept, where n is
    too small for the rate.

    Args:
        scores: Of records that the model was not trained on.
        error_rate: Share of records whose set may lack the true label, between 0 and 1.

    Raises:
        ValueError: The rate is not between 0 and 1.
    """
    if not 0 < error_rate < 1:
        raise ValueError(f"an error rate of {error_rate} is not between 0 and 1")
    # Rounded first: (1 - 0.1) * 10 is a little more than 9 in floating point.
    place = math.ceil(round((len(scores) + 1) * (1 - error_rate), 9))
    return float(np.sort(scores)[place - 1]) if place <= len(scores) else 1.0


def label_sets(
    probabilities: Float[np.ndarray, "record label"], threshold: float
) -> Bool[np.ndarray, "record label"]:
    """Which labels are in each record's set.

    Args:
        probabilities: Each row adds up to 1.
        threshold: From `lac_threshold`.
    """
    return 1 - probabilities <= threshold + 1e-12


def coverage(
    sets: Bool[np.ndarray, "record label"],
    truth: Int[np.ndarray, " record"],
    groups: Sequence[str],
    error_rate: float,
) -> dict[str, Any]:
    """How often the sets hold the true label, with its 95% interval; as JSON values.

    Args:
        sets: From `label_sets`.
        truth: Number of the true label; -1 where no set can hold it.
        groups: Group of each record, for the bootstrap.
        error_rate: What was asked.
    """
    held = np.where(truth >= 0, sets[np.arange(len(truth)), truth], False)
    size = sets.sum(1)
    found = mean_intervals({"coverage": held.astype(float), "size": size.astype(float)}, groups)
    asked, interval = 1 - error_rate, found["coverage"]
    return {
        "records": len(truth),
        "asked": asked,
        "coverage": interval.to_json(),
        "asked_in_interval": bool(interval.low <= asked <= interval.high),
        "mean_size": found["size"].to_json(),
        "single": float((size == 1).mean()),
        "empty": float((size == 0).mean()),
    }
