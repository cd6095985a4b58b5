"""Intervals and tests of what systems got right on the same records."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from qcmfm.evaluation import mean_intervals

RESAMPLES = 9999


def seed_interval(values: Sequence[float]) -> tuple[float, float]:
    """95% interval of the mean over seeds (Student's t); the value itself where there is one seed.

    It says how far another set of seeds could lie on the same records, nothing of new records.
    """
    from scipy.stats import ttest_1samp

    if len(values) < 2 or np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    found: Any = ttest_1samp(values, 0.0)
    low, high = found.confidence_interval(0.95)
    return float(low), float(high)


def paired_p(
    first: Float[np.ndarray, " record"],
    second: Float[np.ndarray, " record"],
    groups: Sequence[str],
    seed: int = 0,
) -> float:
    """Two-sided p of a paired permutation test: how likely chance makes such a difference.

    What both systems got right of a group of records is exchanged at random, since records of one
    object are not independent.

    Args:
        first: What one system got right, 0 to 1, the mean over its seeds.
        second: The same of the other.
        groups: Group of each record.
        seed: Seeds the permutations.
    """
    from scipy.stats import permutation_test

    names, group = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    sums = np.bincount(group, first), np.bincount(group, second)
    if len(names) < 2 or np.allclose(*sums):
        return 1.0
    found: Any = permutation_test(
        sums,
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """p-values corrected for testing several hypotheses, by the step-down procedure of Holm (1979).

    The smallest of `m` p-values is multiplied by `m`, the next by `m - 1` and so on; none becomes
    smaller than the one before it, nor larger than 1.
    """
    ascending = sorted(p_values, key=lambda name: p_values[name])
    factors = np.arange(len(ascending), 0, -1)
    scaled = factors * np.array([p_values[name] for name in ascending], dtype=np.float64)
    adjusted = np.minimum(np.maximum.accumulate(scaled), 1.0)
    by_name = dict(zip(ascending, adjusted.tolist(), strict=True))
    return {name: by_name[name] for name in p_values}


def differences(
    right: Mapping[str, Float[np.ndarray, " record"]], against: str, groups: Sequence[str]
) -> dict[str, dict[str, float]]:
    """One system minus each of the others: difference, 95% interval, p and corrected p.

    Args:
        right: What each system got right, 0 to 1, the mean over its seeds.
        against: The one system.
        groups: Group of each record.
    """
    others = [name for name in right if name != against]
    if not others:
        return {}
    gaps = {name: right[against] - right[name] for name in others}
    intervals = mean_intervals(gaps, groups)
    p_values = {name: paired_p(right[against], right[name], groups) for name in others}
    corrected = holm(p_values)
    return {
        name: intervals[name].to_json() | {"p": p_values[name], "p_holm": corrected[name]}
        for name in others
    }
