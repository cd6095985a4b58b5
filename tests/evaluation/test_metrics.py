"""Metrics against scikit-learn and formulas; intervals against a bootstrap written as a loop."""

import json
from typing import Any

import numpy as np
import pytest
import scipy.special
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as sklearn_metrics

from qcmfm.evaluation import BINS, evaluate, fit_temperature, losses, mean_intervals, softmax

LABELS = ["gold", "silver", "glass", "horn"]
METRICS = ("accuracy", "macro_precision", "macro_recall", "macro_f1", "nll", "brier", "ece")
reference: Any = sklearn_metrics  # its stubs take zero_division for a string
HIGHEST = dict.fromkeys(METRICS, 1.0) | {"nll": np.inf, "brier": 2.0}


def predictions(size: int, seed: int = 0, sharp: float = 2.0) -> tuple[np.ndarray, list[int]]:
    """Probabilities that are right more often than not; the label `horn` is never true."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, 3, size)
    logits = chance.normal(size=(size, 4)) + sharp * np.eye(4)[truth] * chance.random((size, 1))
    return scipy.special.softmax(2 * logits, axis=1), truth.tolist()


def measure(
    probabilities: np.ndarray, truth: list[int], groups: list[str] | None = None, **options: Any
) -> dict[str, Any]:
    groups = groups or [str(row) for row in range(len(truth))]
    return evaluate(probabilities, truth, groups, LABELS, **options)


@pytest.mark.parametrize("seed", range(3))
def test_values_equal_those_of_scikit_learn(seed: int):
    probabilities, truth = predictions(300, seed)
    found = measure(probabilities, truth, resamples=10)
    predicted = probabilities.argmax(1)
    occurring = sorted(set(truth))
    precision, recall, f1, _ = reference.precision_recall_fscore_support(
        truth, predicted, labels=occurring, average="macro", zero_division=0
    )
    expected = {
        "accuracy": reference.accuracy_score(truth, predicted),
        "macro_precision": precision,
        "macro_recall": recall,
        "macro_f1": f1,
        "nll": reference.log_loss(truth, probabilities, labels=range(4)),
        "brier": reference.brier_score_loss(
            truth, probabilities, labels=range(4), scale_by_half=False
        ),
    }
    assert {name: found[name]["value"] for name in expected} == pytest.approx(expected)
    confusion = reference.confusion_matrix(truth, predicted, labels=range(4))
    assert found["confusion"] == confusion.tolist()
    assert (found["records"], found["groups"], found["labels"]) == (300, 300, LABELS)
    each = reference.precision_recall_fscore_support(
        truth, predicted, labels=range(4), zero_division=0
    )
    for name, column in zip(("precision", "recall", "f1", "records"), each, strict=True):
        assert [found["per_label"][label][name] for label in LABELS] == pytest.approx(column)


def test_calibration_error_is_the_mean_gap_of_its_bins():
    probabilities, truth = predictions(500)
    confidence = probabilities.max(1)
    correct = probabilities.argmax(1) == truth
    error = 0.0
    for number in range(BINS):
        inside = (confidence > number / BINS) & (confidence <= (number + 1) / BINS)
        if inside.any():
            error += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    assert measure(probabilities, truth, resamples=10)["ece"]["value"] == pytest.approx(error)


def test_a_sure_and_right_prediction_is_perfect():
    found = measure(np.eye(4)[[0, 1, 2, 3]], [0, 1, 2, 3], resamples=50)
    assert [found[name]["value"] for name in METRICS] == [1, 1, 1, 1, 0, 0, 0]


def test_a_sure_and_wrong_prediction_has_a_finite_loss():
    found = measure(np.eye(4)[[1, 0]], [0, 1], resamples=50)
    assert [found[name]["value"] for name in METRICS] == pytest.approx(
        [0, 0, 0, 0, -np.log(1e-12), 2, 1]
    )


def test_the_result_is_json():
    found = measure(*predictions(20), resamples=10)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@settings(max_examples=40)
@example(size=4, seed=48, objects=4)
@given(size=st.integers(1, 40), seed=st.integers(0, 10**6), objects=st.integers(1, 12))
def test_intervals_contain_the_value_and_stay_in_the_metrics_range(
    size: int, seed: int, objects: int
):
    groups = [str(row % objects) for row in range(size)]
    found = measure(*predictions(size, seed), groups, resamples=100, seed=seed)
    for name in METRICS:
        low, value, high = (found[name][part] for part in ("low", "value", "high"))
        assert 0 <= low <= value <= high <= HIGHEST[name]


def test_intervals_are_those_of_a_bootstrap_over_groups():
    probabilities, truth = predictions(200, sharp=1.0)
    groups = np.arange(200) // 4
    correct = probabilities.argmax(1) == truth
    chance = np.random.default_rng(7)
    drawn: list[float] = []
    for _ in range(4000):
        picked = chance.integers(0, 50, 50)
        drawn.append(float(np.concatenate([correct[groups == group] for group in picked]).mean()))
    found = measure(probabilities, truth, [str(group) for group in groups], seed=1)["accuracy"]
    expected = np.quantile(drawn, [0.025, 0.975])
    assert [found["low"], found["high"]] == pytest.approx(expected, abs=0.012)


def test_intervals_shrink_with_objects_but_not_with_more_photos_of_each():
    probabilities, truth = predictions(60)
    once = measure(probabilities, truth)
    many, often = np.repeat(probabilities, 9, 0), np.repeat(truth, 9).tolist()
    more_objects = measure(many, often)
    more_photos = measure(many, often, [str(row // 9) for row in range(len(often))])
    for name in METRICS:
        assert more_photos[name] == pytest.approx(once[name])
        width, narrow = (found[name]["high"] - found[name]["low"] for found in (once, more_objects))
        assert width / 5 < narrow < width / 2


def test_the_seed_decides_the_interval():
    probabilities, truth = predictions(50)
    first, again, other = (
        measure(probabilities, truth, seed=seed, resamples=200) for seed in (1, 1, 2)
    )
    assert first == again
    assert first["nll"]["value"] == pytest.approx(other["nll"]["value"])
    assert first["nll"] != other["nll"]


@pytest.mark.parametrize(("truth", "groups"), [([], []), ([0], ["a"]), ([0, 1], ["a"])])
def test_nothing_or_unequal_lengths_are_an_error(truth: list[int], groups: list[str]):
    size = 2 if truth else 0
    with pytest.raises(ValueError, match="nothing to evaluate"):
        evaluate(np.full((size, 4), 0.25), truth, groups, LABELS)


LOGITS = arrays(np.float64, (5, 4), elements=st.floats(-1000, 1000))


@given(logits=LOGITS, temperature=st.floats(0.05, 20))
def test_softmax_is_scipys_and_never_changes_which_label_is_first(
    logits: np.ndarray, temperature: float
):
    before = logits.copy()
    found = softmax(logits, temperature)
    np.testing.assert_allclose(found, scipy.special.softmax(logits / temperature, 1), atol=1e-12)
    np.testing.assert_array_equal(found.max(1), found[np.arange(5), logits.argmax(1)])
    np.testing.assert_array_equal(logits, before)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_a_known_temperature_is_recovered(temperature: float):
    chance = np.random.default_rng(3)
    logits = chance.normal(scale=2.0, size=(8000, 4))
    noise = chance.gumbel(size=logits.shape)  # its argmax draws from the softmax
    truth = (logits / temperature + noise).argmax(1).tolist()
    fitted = fit_temperature(logits, truth)
    loss = float(losses(softmax(logits, fitted), truth).mean())
    assert fitted == pytest.approx(temperature, rel=0.06)
    assert loss == pytest.approx(reference.log_loss(truth, softmax(logits, fitted)))


@given(logits=LOGITS, truth=st.lists(st.integers(0, 3), min_size=5, max_size=5))
def test_any_fitted_temperature_is_a_sane_number_and_no_worse_than_none(
    logits: np.ndarray, truth: list[int]
):
    fitted = fit_temperature(logits, truth)
    loss = float(losses(softmax(logits, fitted), truth).mean())
    assert 0.05 <= fitted <= 20
    plain = -np.log(np.clip(softmax(logits)[np.arange(5), truth], 1e-12, 1)).mean()
    assert loss <= plain + 1e-6


def test_a_mean_has_the_interval_that_accuracy_would_have():
    chance = np.random.default_rng(4)
    groups = [f"g{number // 3}" for number in range(90)]
    hits = (chance.random(90) < 0.7).astype(float)
    found = mean_intervals({"hits": hits, "misses minus hits": 1 - 2 * hits}, groups)
    chances = np.stack([hits, 1 - hits], 1) * 0.8 + 0.1
    expected = evaluate(chances, [0] * 90, groups, ["a", "b"])["accuracy"]
    assert found["hits"].to_json() == pytest.approx(expected)
    assert found["misses minus hits"].high == pytest.approx(1 - 2 * expected["low"])
    assert found["misses minus hits"].low < 0  # a difference may be below nothing


def test_a_mean_of_one_group_or_one_value_has_no_width():
    assert mean_intervals({"a": [0.1, 0.5]}, ["g", "g"])["a"].to_json() == (
        pytest.approx({"value": 0.3, "low": 0.3, "high": 0.3})
    )
    with pytest.raises(ValueError, match="nothing"):
        mean_intervals({"a": []}, [])
    with pytest.raises(ValueError, match="nothing"):
        mean_intervals({"a": [1.0], "b": [1.0, 2.0]}, ["g"])
