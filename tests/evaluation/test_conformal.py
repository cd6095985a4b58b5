"""Sets of labels hold the true one as often as asked, and reliability bins add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from qcmfm.evaluation import coverage, label_sets, lac_scores, lac_threshold, reliability, wilson

RATES = st.floats(0.01, 0.99)


def drawn(count: int, seed: int, labels: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are wrong about themselves, and labels; exchangeable records."""
    chance = np.random.default_rng(seed)
    logits = chance.normal(size=(count, labels)) * 2
    odds = np.exp(logits / 3)
    true = odds / odds.sum(1, keepdims=True)
    truth = np.array([chance.choice(labels, p=row) for row in true])
    sure = np.exp(logits)
    return sure / sure.sum(1, keepdims=True), truth


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2, 0.4])
def test_the_true_label_is_in_the_set_as_often_as_asked(rate: float):
    known, fresh = drawn(1500, 1), drawn(20_000, 2)
    threshold = lac_threshold(lac_scores(*known), rate)
    held = label_sets(fresh[0], threshold)[np.arange(20_000), fresh[1]].mean()
    assert held == pytest.approx(1 - rate, abs=0.02)


def test_over_many_small_draws_the_rate_is_met_and_hardly_exceeded():
    held = []
    for seed in range(400):
        known, fresh = drawn(30, 2 * seed), drawn(50, 2 * seed + 1)
        threshold = lac_threshold(lac_scores(*known), 0.1)
        held.append(label_sets(fresh[0], threshold)[np.arange(50), fresh[1]].mean())
    error = np.std(held) / len(held) ** 0.5
    assert 0.9 - 3 * error <= np.mean(held) <= 0.9 + 1 / 31 + 3 * error


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), RATES, RATES)
def test_a_lower_rate_never_takes_a_label_out(scores: list[float], one: float, other: float):
    low, high = sorted((one, other))
    assert lac_threshold(np.array(scores), low) >= lac_threshold(np.array(scores), high)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), RATES)
def test_the_threshold_covers_the_known_records_at_the_rate(scores: list[float], rate: float):
    values = np.array(scores)
    threshold = lac_threshold(values, rate)
    assert (values <= threshold).mean() >= 1 - rate - 1e-9


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, 2.0])
def test_no_rate_beyond_certainty(rate: float):
    with pytest.raises(ValueError, match="between 0 and 1"):
        lac_threshold(np.array([0.5]), rate)


def test_too_few_records_keep_every_label():
    assert lac_threshold(np.array([0.1, 0.2]), 0.1) == 1.0
    assert label_sets(np.array([[0.0, 1.0]]), 1.0).all()


def test_coverage_counts_labels_that_no_set_can_hold_as_missed():
    sets = np.array([[True, False], [True, True], [True, True], [False, False]])
    found = coverage(sets, np.array([0, 1, -1, 0]), ["a", "b", "c", "d"], 0.1)
    assert found["coverage"]["value"] == 0.5 and found["asked"] == 0.9
    assert found["mean_size"]["value"] == 1.25
    assert (found["single"], found["empty"]) == (0.25, 0.25)


def test_the_diagram_agrees_with_scikit_learn():
    probabilities, truth = drawn(3000, 5, labels=3)
    rows = reliability(probabilities, truth)
    right = (probabilities.argmax(1) == truth).astype(int)
    share, confidence = calibration_curve(right, probabilities.max(1), n_bins=10)
    np.testing.assert_allclose([row["right"] for row in rows], share)
    np.testing.assert_allclose([row["confidence"] for row in rows], confidence)
    assert sum(row["records"] for row in rows) == 3000


@given(st.integers(1, 500), st.floats(0, 1))
def test_wilson_s_interval_holds_the_share(count: int, share: float):
    low, high = wilson(share, count)
    assert 0 <= low <= share + 1e-9 and share - 1e-9 <= high <= 1
