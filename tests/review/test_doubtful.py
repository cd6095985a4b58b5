"""Recorded labels that are probably wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.records import Record
from qcmfm.review.doubtful import doubtful, label_quality

LABELS = ["gold", "jade", "silver"]


def answers(sure: float = 0.9, count: int = 60) -> tuple[OutOfFold, list[Record]]:
    """Records whose labels the models find right."""
    records = [Record(f"r{n}", label=LABELS[n % 3]) for n in range(count)]
    probabilities = np.full((count, 3), (1 - sure) / 2)
    probabilities[np.arange(count), np.arange(count) % 3] = sure
    return OutOfFold([r.record_id for r in records], LABELS, probabilities), records


def test_flipped_labels_are_named_the_worst_first():
    measured, records = answers()
    for row, wrong, sure in ((5, "gold", 0.99), (7, "silver", 0.7), (30, "jade", 0.95)):
        records[row] = records[row].changed(label=wrong)
        measured.probabilities[row] = (1 - sure) / 2
        measured.probabilities[row, row % 3] = sure
    found = doubtful(measured, records)
    # The models are surer of jade elsewhere than of r7, so it is left alone.
    assert [doubt.record_id for doubt in found] == ["r5", "r30"]
    first = found[0]
    assert (first.recorded, first.suggested) == ("gold", "silver")
    assert first.suggested_probability == pytest.approx(0.99)
    assert first.probability == pytest.approx(0.005)


def test_nothing_is_doubted_where_models_agree_or_know_nothing():
    measured, records = answers()
    assert doubtful(measured, records) == []
    assert doubtful(measured, [Record("other", label="gold")]) == []
    assert doubtful(measured, [record.changed(label="wood") for record in records]) == []
    assert doubtful(measured, []) == []


def test_quality_is_the_probability_of_the_recorded_label():
    measured, records = answers(0.8)
    records[0] = records[0].changed(label="jade")
    records[1] = records[1].changed(label="")
    quality = label_quality(measured, [*records, Record("unseen", label="gold")])
    assert quality[0] == pytest.approx(0.1) and quality[2] == pytest.approx(0.8)
    assert np.isnan(quality[1]) and np.isnan(quality[-1])


@given(st.integers(0, 2**16), st.integers(3, 40))
def test_every_doubt_suggests_a_likelier_label(seed: int, count: int):
    chance = np.random.default_rng(seed)
    records = [Record(f"r{n}", label=LABELS[chance.integers(3)]) for n in range(count)]
    probabilities = chance.dirichlet([0.5] * 3, count)
    measured = OutOfFold([r.record_id for r in records], LABELS, probabilities)
    found = doubtful(measured, records)
    assert len({doubt.record_id for doubt in found}) == len(found)
    for doubt in found:
        assert doubt.suggested != doubt.recorded
        assert doubt.suggested_probability >= doubt.probability
    order = [doubt.probability for doubt in found]
    assert order == sorted(order)
