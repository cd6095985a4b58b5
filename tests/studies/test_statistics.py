"""Intervals and tests, against formulas and against what is known by construction."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from qcmfm.studies.trials.statistics import differences, holm, paired_p, seed_interval


def test_the_interval_over_seeds_is_students():
    values = [0.7, 0.72, 0.69, 0.75]
    half = float(t.ppf(0.975, 3)) * float(np.std(values, ddof=1)) / 2
    low, high = seed_interval(values)
    assert math.isclose(low, np.mean(values) - half) and math.isclose(high, np.mean(values) + half)


def test_one_seed_has_no_interval():
    assert seed_interval([0.7]) == (0.7, 0.7)
    assert seed_interval([0.7, 0.7]) == (0.7, 0.7)


@pytest.mark.parametrize(
    ("p_values", "corrected"),
    [
        ({"a": 0.01, "b": 0.04, "c": 0.03}, {"a": 0.03, "b": 0.06, "c": 0.06}),
        # 5 × 0.01, 4 × 0.02, 3 × 0.03; then 2 × 0.04 and 0.05 are below the one before them.
        (
            {"e": 0.05, "d": 0.04, "c": 0.03, "b": 0.02, "a": 0.01},
            {"e": 0.09, "d": 0.09, "c": 0.09, "b": 0.08, "a": 0.05},
        ),
        ({"a": 0.6, "b": 0.001, "c": 0.6}, {"a": 1.0, "b": 0.003, "c": 1.0}),
        ({"a": 0.2}, {"a": 0.2}),
        ({}, {}),
    ],
)
def test_holm_steps_down_from_the_smallest(p_values: dict[str, float], corrected: dict[str, float]):
    found = holm(p_values)
    assert list(found) == list(p_values)
    assert found == pytest.approx(corrected, rel=0, abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_the_largest_of_what_each_step_asks_for(values: list[float]):
    """By its definition: for each p, the largest (m - k) p_k of those not larger than it."""
    found = list(holm({str(n): p for n, p in enumerate(values)}).values())
    ascending = sorted(values)
    for p, corrected in zip(values, found, strict=True):
        steps = [(len(values) - k) * q for k, q in enumerate(ascending) if q <= p]
        assert corrected == pytest.approx(min(1.0, max(steps)), rel=0, abs=1e-12)


def test_a_clear_difference_is_not_chance_and_none_is():
    chance = np.random.default_rng(0)
    groups = [f"g{n}" for n in range(200)]
    weak = (chance.random(200) < 0.5).astype(float)
    strong = np.maximum(weak, (chance.random(200) < 0.5).astype(float))
    assert paired_p(strong, weak, groups) < 0.001
    assert paired_p(weak, weak, groups) == 1.0
    other = (chance.random(200) < 0.5).astype(float)
    assert paired_p(other, weak, groups) > 0.05


def test_records_of_one_object_count_as_one():
    """Ten records of one object cannot make a difference sure; ten objects can."""
    first, second = np.ones(10), np.zeros(10)
    assert paired_p(first, second, ["one"] * 10) == 1.0
    assert paired_p(first, second, [f"g{n}" for n in range(10)]) < 0.01


def test_p_values_are_right_where_there_is_no_difference():
    """Under exchange about a twentieth of them is below 0.05."""
    chance = np.random.default_rng(1)
    groups = [f"g{n}" for n in range(40)]
    found = [paired_p(chance.random(40), chance.random(40), groups, seed) for seed in range(60)]
    assert np.mean(np.array(found) < 0.05) <= 0.15


def test_differences_are_of_the_one_minus_the_others():
    right = {"a": np.array([1.0, 1, 0, 1]), "b": np.array([1.0, 0, 0, 1])}
    found = differences(right, "a", ["w", "x", "y", "z"])
    assert list(found) == ["b"] and found["b"]["value"] == pytest.approx(0.25)
    assert found["b"]["low"] <= 0.25 <= found["b"]["high"]
    assert differences({"a": right["a"]}, "a", ["w", "x", "y", "z"]) == {}
