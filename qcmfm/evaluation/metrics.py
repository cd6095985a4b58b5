"""Classification metrics with bootstrap intervals, and temperature scaling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BINS = 15
"""Number of confidence bins of the expected calibration error (Guo et al. 2017)."""

RESAMPLES = 2000
"""Default number of bootstrap resamples."""

_HIGHEST = {"nll": float("inf"), "brier": 2.0}
"""Upper bounds of metrics; 1 for those not listed."""

# Axis names in this file: n records, k labels, g groups, b resamples.
Array = np.ndarray


@dataclass(frozen=True)
class Interval:
    """A value with its 95% bootstrap interval, corrected for the bias that resampling adds."""

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        """The interval as JSON values."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class _Counts:
    """Sufficient statistics of the metrics per group, so that resampling is one matrix product."""

    confusion: Array  # g x k x k: true label, predicted label
    lost: Array  # g x 2: negative log likelihood, Brier score
    bins: Array  # g x bin x 3: records, correct ones, sum of confidence


def evaluate(
    probabilities: Array,
    truth: Sequence[int],
    groups: Sequence[str],
    labels: Sequence[str],
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Evaluate predictions against the true labels, as JSON values.

    Accuracy; precision, recall and F1 per label and averaged over the labels that occur in the
    truth (macro); confusion matrix (rows: truth); negative log likelihood in nats; Brier score
    (sum over labels); expected calibration error over 15 equal bins. Intervals are percentiles of
    a bootstrap over groups, since records of one object are not independent.

    Args:
        probabilities: Records x labels, each row adding up to 1.
        truth: Index of the true label of each record.
        groups: Group of each record.
        labels: Name of each label.
        seed: Seed of the bootstrap.
        resamples: Number of bootstrap resamples.

    Raises:
        ValueError: There are no records, or the lengths differ.
    """
    true, k = np.asarray(truth, dtype=np.int64), len(labels)
    if len(true) == 0 or not len(true) == len(probabilities) == len(groups):
        sizes = f"{len(true)} labels, {len(probabilities)} predictions, {len(groups)} groups"
        raise ValueError(f"nothing to evaluate: {sizes}")
    counts = _count(np.asarray(probabilities, dtype=np.float64), true, groups, k)
    once = _metrics(counts, np.ones((1, len(counts.confusion))))
    drawn = _metrics(counts, _draws(len(counts.confusion), seed, resamples))
    confusion = counts.confusion.sum(0)
    precision, recall, f1 = _per_label(confusion[None])
    return {
        "records": len(true),
        "groups": len(counts.confusion),
        **{
            name: _interval(once[name], drawn[name], _HIGHEST.get(name, 1.0)).to_json()
            for name in once
        },
        "per_label": {
            label: {
                "precision": float(precision[0, i]),
                "recall": float(recall[0, i]),
                "f1": float(f1[0, i]),
                "records": int(confusion[i].sum()),
            }
            for i, label in enumerate(labels)
        },
        "labels": list(labels),
        "confusion": confusion.astype(int).tolist(),
    }


def mean_intervals(
    values: Mapping[str, Sequence[float] | Array],
    groups: Sequence[str],
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> dict[str, Interval]:
    """Means with 95% intervals, all from the same bootstrap over groups.

    Args:
        values: Lists of equal length, by name.
        groups: Group of each element of the lists; a group's weight is its number of elements.
        seed: Seed of the bootstrap.
        resamples: Number of bootstrap resamples.

    Raises:
        ValueError: There are no values, or the lengths differ.
    """
    lengths = {len(found) for found in values.values()}
    if not groups or lengths != {len(groups)}:
        raise ValueError(f"nothing to average: {lengths} values, {len(groups)} groups")
    names, group = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    draws = _draws(len(names), seed, resamples)
    size = np.bincount(group).astype(np.float64)
    result: dict[str, Interval] = {}
    for name, given in values.items():
        found = np.asarray(given, dtype=np.float64)
        drawn = (draws @ np.bincount(group, found)) / (draws @ size)
        # A mean cannot be outside the range of the values.
        bounds = float(found.max()), float(found.min())
        result[name] = _interval(np.array([found.mean()]), drawn, *bounds)
    return result


def _draws(groups: int, seed: int, resamples: int) -> Array:
    """How often each group is drawn in each resample (b x g)."""
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(groups, np.full(groups, 1 / groups), resamples)
    return drawn.astype(np.float64)


def _count(probabilities: Array, true: Array, groups: Sequence[str], k: int) -> _Counts:
    names, group = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    confusion = np.zeros((len(names), k, k))
    lost = np.zeros((len(names), 2))
    bins = np.zeros((len(names), BINS, 3))
    predicted, confidence = probabilities.argmax(1), probabilities.max(1)
    np.add.at(confusion, (group, true, predicted), 1)
    nll = losses(probabilities, true)
    brier = np.square(probabilities - np.eye(k)[true]).sum(1)
    np.add.at(lost, group, np.stack([nll, brier], 1))
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    correct = (predicted == true).astype(np.float64)
    np.add.at(bins, (group, place), np.stack([np.ones_like(correct), correct, confidence], 1))
    return _Counts(confusion, lost, bins)


def _metrics(counts: _Counts, weights: Array) -> dict[str, Array]:
    """Every metric for each row of `weights` (b x g), the multiplicity of each group."""
    confusion = np.tensordot(weights, counts.confusion, 1)
    total = confusion.sum((1, 2))
    lost = weights @ counts.lost
    bins = np.tensordot(weights, counts.bins, 1)
    precision, recall, f1 = _per_label(confusion)
    occurs = confusion.sum(2) > 0
    gap = np.abs(bins[..., 1] - bins[..., 2]).sum(1)
    return {
        "accuracy": np.trace(confusion, axis1=1, axis2=2) / total,
        "macro_precision": _mean_where(precision, occurs),
        "macro_recall": _mean_where(recall, occurs),
        "macro_f1": _mean_where(f1, occurs),
        "nll": lost[:, 0] / total,
        "brier": lost[:, 1] / total,
        "ece": gap / total,
    }


def _per_label(confusion: Array) -> tuple[Array, Array, Array]:
    """Precision, recall and F1 (b x k); 0 where a denominator is 0."""
    hit = np.diagonal(confusion, axis1=1, axis2=2)
    true, predicted = confusion.sum(2), confusion.sum(1)
    precision = hit / np.maximum(predicted, 1e-12)
    recall = hit / np.maximum(true, 1e-12)
    return precision, recall, 2 * hit / np.maximum(true + predicted, 1e-12)


def _mean_where(values: Array, mask: Array) -> Array:
    return (values * mask).sum(1) / mask.sum(1)


def _interval(value: Array, drawn: Array, highest: float, lowest: float = 0.0) -> Interval:
    """Percentiles of the resamples, shifted so that their median is the value, within bounds.

    Resampling repeats records, which by itself raises the calibration error and lowers the macro
    averages; the shift removes that bias.
    """
    low, middle, high = np.quantile(drawn, [0.025, 0.5, 0.975]) - np.median(drawn) + value[0]
    return Interval(float(middle), float(max(low, lowest)), float(min(high, highest)))


def softmax(logits: Array, temperature: float = 1.0) -> Array:
    """Probabilities (n x k) of logits divided by a temperature."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    scaled -= scaled.max(1, keepdims=True)
    exponent = np.exp(scaled)
    return exponent / exponent.sum(1, keepdims=True)


def losses(probabilities: Array, truth: Sequence[int] | Array) -> Array:
    """Negative log likelihood (nats) of each record's true label."""
    chosen = probabilities[np.arange(len(probabilities)), np.asarray(truth, dtype=np.int64)]
    return -np.log(np.clip(chosen, 1e-12, 1))


def fit_temperature(logits: Array, truth: Sequence[int] | Array) -> float:
    """The temperature that minimises the negative log likelihood of the logits.

    Temperature scaling (Guo et al. 2017) changes the confidence, never the order of the labels.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        return float(losses(softmax(logits, float(np.exp(log_temperature))), truth).mean())

    found: Any = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20.0)), method="bounded")
    return float(np.exp(found.x))
