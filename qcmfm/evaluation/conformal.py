"""Prediction sets that contain the true label at a chosen rate, however good the model is.

Split conformal prediction with the score 1 - p(true label), which gives the smallest sets
(least ambiguous set-valued classifiers, Sadinle, Lei and Wasserman 2019). The scores come from
records that the model was not trained on. A set may be empty: then no label is likely enough at
the chosen rate, and a person has to decide.
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
    """Nonconformity scores: 1 - p(true label) of each record, 0 to 1.

    Args:
        probabilities: Each row adds up to 1.
        truth: Index of the true label.
    """
    return 1 - probabilities[np.arange(len(truth)), truth]


def lac_threshold(scores: Float[np.ndarray, " record"], error_rate: float) -> float:
    """The largest score of a label in a prediction set, for a coverage of 1 - `error_rate`.

    It is the k-th smallest of n scores, k = ceil((n + 1) (1 - error_rate)), which guarantees the
    coverage on average over draws of the n records. Where n is too small for the rate, it is 1, so
    that sets contain every label.

    Args:
        scores: Scores of records that the model was not trained on.
        error_rate: Share of records whose set may lack the true label, between 0 and 1.

    Raises:
        ValueError: The rate is not between 0 and 1.
    """
    if not 0 < error_rate < 1:
        raise ValueError(f"an error rate of {error_rate} is not between 0 and 1")
    # Rounded before ceil, because (1 - 0.1) * 10 is slightly above 9 in floating point.
    place = math.ceil(round((len(scores) + 1) * (1 - error_rate), 9))
    return float(np.sort(scores)[place - 1]) if place <= len(scores) else 1.0


def label_sets(
    probabilities: Float[np.ndarray, "record label"], threshold: float
) -> Bool[np.ndarray, "record label"]:
    """Prediction sets: whether each label is in the set of each record.

    Args:
        probabilities: Each row adds up to 1.
        threshold: Largest score of a label in the set, from `lac_threshold`.
    """
    return 1 - probabilities <= threshold + 1e-12


def coverage(
    sets: Bool[np.ndarray, "record label"],
    truth: Int[np.ndarray, " record"],
    groups: Sequence[str],
    error_rate: float,
) -> dict[str, Any]:
    """How often prediction sets contain the true label, with 95% intervals, as JSON values.

    Args:
        sets: Prediction sets from `label_sets`.
        truth: Index of the true label; -1 if the model does not know the label.
        groups: Group of each record, for the bootstrap.
        error_rate: Error rate that the sets were built for; coverage should be 1 - `error_rate`.
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
