"""Intervals and significance tests for systems that labelled the same records."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from qcmfm.evaluation import mean_intervals

RESAMPLES = 9999


def seed_interval(values: Sequence[float]) -> tuple[float, float]:
    """95% interval of the mean over seeds (Student's t); the value itself for a single seed.

    It covers the choice of seeds on the same records, not the choice of records.
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
    """Two-sided p-value of a paired permutation test of the difference between two systems.

    Results are exchanged by group, since records of one object are not independent.

    Args:
        first: Share of seeds with which the first system labelled each record correctly, 0 to 1.
        second: The same for the second system.
        groups: Group of each record.
        seed: Random seed of the permutations.
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
    """Correct p-values for multiple comparisons by the step-down procedure of Holm (1979).

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
    """Difference in accuracy of one system minus each other: 95% interval, p and corrected p.

    Args:
        right: By system, the share of seeds with which it labelled each record correctly, 0 to 1.
        against: System from which the others are subtracted.
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
