"""Metrics with intervals, reliability, temperature scaling and conformal prediction sets."""

from qcmfm.evaluation.conformal import coverage, label_sets, lac_scores, lac_threshold
from qcmfm.evaluation.metrics import (
    BINS,
    Interval,
    evaluate,
    fit_temperature,
    losses,
    mean_intervals,
    softmax,
)
from qcmfm.evaluation.reliability import reliability, wilson

__all__ = [
    "BINS",
    "Interval",
    "coverage",
    "evaluate",
    "fit_temperature",
    "label_sets",
    "lac_scores",
    "lac_threshold",
    "losses",
    "mean_intervals",
    "reliability",
    "softmax",
    "wilson",
]
