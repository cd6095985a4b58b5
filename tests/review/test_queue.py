"""The queue shows the records that pass the filters, in the order that was asked for."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from qcmfm.core.errors import ReviewError
from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.records import Record
from qcmfm.review import orders
from qcmfm.review.filters import Filters
from qcmfm.review.items import Items
from qcmfm.review.orders import models_disagree
from qcmfm.review.queue import queue
from qcmfm.review.selections import read_selection, save_selection
from qcmfm.review.state import STATUSES, ReviewState
from tests.review.made import LABELS, decision, prediction, records

STATE = ReviewState(
    [
        decision("d1", "r1", reviewed_label="jade"),
        decision("d2", "r2", decision="accept", reviewer="Bo"),
        decision("d3", "r3", decision="unsure"),
    ]
)
RECORDS = [
    Record("r0", caption="A Gold cup", label="gold", split="train"),
    Record("r1", caption="a silver CUP", label="silver", split="test"),
    Record("r2", caption="", label="gold"),
    Record("r3", caption="Straße", label="", split="train"),
    Record("r4", caption="no prediction", label="silver"),
]
PREDICTIONS = {
    "r0": prediction("r0", "gold", 0.9),
    "r1": prediction("r1", "gold", 0.5),
    "r2": prediction("r2", "gold", 0.7),
    "r3": prediction("r3", "silver", 0.4),
}
ITEMS = Items(RECORDS, PREDICTIONS, STATE)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), "01234"),
        (Filters(labels=("gold",)), "02"),  # r1 was predicted gold and corrected
        (Filters(labels=("jade", "silver")), "14"),  # of r3 nobody could tell
        (Filters(labels=("",)), "3"),
        (Filters(statuses=("open",)), "04"),
        (Filters(statuses=("corrected", "unsure")), "13"),
        (Filters(reviewers=("Bo",)), "2"),
        (Filters(splits=("train",)), "03"),
        (Filters(splits=("", "test")), "124"),
        (Filters(least=0.5), "012"),
        (Filters(most=0.5), "13"),
        (Filters(least=0.5, most=0.5), "1"),
        (Filters(text="cup GOLD"), "0"),
        (Filters(text="STRASSE"), "3"),
        (Filters(text="r4"), "4"),
        (Filters(text=" "), "01234"),
        (Filters(labels=("gold",), statuses=("open",), least=0.8), "0"),
    ],
)
def test_each_filter(filters: Filters, expected: str):
    assert [record.record_id[1:] for record in filters.chosen(ITEMS)] == list(expected)


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
# A dictionary, since making the filters checks their types, for which beartype draws at random.
FILTERS = st.fixed_dictionaries(
    dict(
        labels=st.lists(TEXT, max_size=3).map(tuple),
        statuses=st.lists(st.sampled_from(STATUSES), max_size=3).map(tuple),
        reviewers=st.lists(TEXT, max_size=2).map(tuple),
        splits=st.lists(st.sampled_from(("", "train", "val", "test", "holdout")), max_size=2).map(
            tuple
        ),
        text=TEXT,
        least=st.floats(0, 1),
        most=st.floats(0, 1),
        pick=TEXT,
    )
)


@given(FILTERS)
def test_filters_come_back_from_a_link_as_they_were(fields: dict[str, Any]):
    filters = Filters(**fields)
    link = urlencode(filters.to_query(), doseq=True)
    assert Filters.from_query(parse_qs(link, keep_blank_values=True)) == filters
    assert Filters.from_query(filters.to_query()) == filters


def test_filters_that_are_not_set_are_not_in_the_link():
    assert Filters().to_query() == {}
    assert urlencode(Filters(labels=("gold", "jade"), least=0.5).to_query(), doseq=True) == (
        "label=gold&label=jade&least=0.5"
    )


@given(
    st.dictionaries(
        st.sampled_from(("label", "status", "split", "least", "most", "text", "pick", "other")),
        TEXT | st.sampled_from(("nan", "inf", "-1", "7", "gold")) | st.lists(TEXT, max_size=2),
    )
)
def test_any_link_is_read(query: dict[str, str | list[str]]):
    filters = Filters.from_query(query)
    assert 0 <= filters.least <= 1 and 0 <= filters.most <= 1
    assert set(filters.statuses) <= set(STATUSES)
    filters.chosen(ITEMS)


def test_records_that_were_picked_are_a_filter_short_enough_for_a_link():
    ids = [f"r{number}" for number in (4, 1, 3)]
    pick = save_selection(ids)
    assert pick == save_selection(reversed(ids)) != save_selection(ids[:2])
    assert len(urlencode(Filters(pick=pick).to_query(), doseq=True)) < 30
    assert [r.record_id for r in Filters(pick=pick).chosen(ITEMS)] == ["r1", "r3", "r4"]
    assert [r.record_id for r in Filters(pick=pick, statuses=("open",)).chosen(ITEMS)] == ["r4"]
    for unknown in ("0" * 16, "../../secret", "", "é"):
        assert read_selection(unknown) is None
        assert len(Filters(pick=unknown).chosen(ITEMS)) == len(RECORDS)


def test_least_certain_first_and_what_has_no_prediction_last():
    assert queue(ITEMS) == ["r3", "r1", "r2", "r0", "r4"]
    assert queue(ITEMS, Filters(statuses=("open",)), "least_certain") == ["r0", "r4"]


def test_newest_first_by_the_time_they_were_added_else_by_their_row():
    made = [
        Record("a"),
        Record("b", cells={"added_at": "2026-01-02T00:00:00Z"}),
        Record("c", cells={"added_at": "2026-01-03T00:00:00Z"}),
        Record("d", cells={"added_at": "2026-01-02T00:00:00Z"}),
        Record("e", cells={"added_at": ""}),
    ]
    assert queue(Items(made, {}, STATE), order="newest") == ["c", "d", "b", "e", "a"]


def test_a_random_order_follows_from_the_seed_and_does_not_shuffle_when_records_go():
    made = records(["gold"] * 200)
    whole = queue(Items(made, {}, STATE, seed=1), order="random")
    assert whole == queue(Items(made, {}, STATE, seed=1), order="random")
    assert whole != queue(Items(made, {}, STATE, seed=2), order="random")
    assert sorted(whole) == sorted(record.record_id for record in made) != whole
    part = [record for record in reversed(made) if int(record.record_id[1:]) % 3]
    assert queue(Items(part, {}, STATE, seed=1), order="random") == [
        record_id for record_id in whole if int(record_id[1:]) % 3
    ]


def test_most_likely_mislabelled_is_the_lowest_probability_of_the_recorded_label():
    chance = np.random.default_rng(0)
    probabilities = chance.dirichlet(np.ones(3), 40)
    made = records([LABELS[n % 3] for n in range(40)])
    made += [Record("unmeasured", label="gold"), Record("unlabelled"), Record("x", label="zinc")]
    ids = [record.record_id for record in reversed(made[:40])] + ["unlabelled", "x"]
    rows = np.concatenate([probabilities[::-1], probabilities[:2]])
    items = Items(made, {}, STATE, OutOfFold(ids, LABELS, rows))
    found = queue(items, order="most_likely_mislabelled")
    given_label = {f"r{n}": probabilities[n, n % 3] for n in range(40)}
    assert found[:40] == sorted(given_label, key=lambda record_id: given_label[record_id])
    assert found[40:] == ["unmeasured", "unlabelled", "x"]


def test_the_least_like_the_training_records_come_first():
    def far(**values: float) -> Items:
        said = {key: replace(one, unusualness=values.get(key)) for key, one in PREDICTIONS.items()}
        return Items(RECORDS, said, STATE)

    found = queue(far(r0=0.4, r1=1.7, r3=1.2), order="out_of_scope")
    assert found == ["r1", "r3", "r0", "r2", "r4"]
    with pytest.raises(ReviewError, match=r"calibrate"):
        queue(far(), order="out_of_scope")


def test_without_out_of_fold_probabilities_the_order_says_what_to_do():
    with pytest.raises(ReviewError, match=r"not compared.*Look for label errors"):
        queue(ITEMS, order="most_likely_mislabelled")
    empty = OutOfFold([], LABELS, np.zeros((0, 3)))
    items = Items(RECORDS, {}, STATE, empty)
    assert queue(items, order="most_likely_mislabelled") == [r.record_id for r in RECORDS]


def test_unstable_under_noise_is_by_the_noise_that_is_named():
    firm = {"r0": 0.5, "r1": -0.9, "r2": 0.1}
    items = Items(RECORDS, PREDICTIONS, STATE, stability={"ours": firm, "theirs": {"r4": 0.0}})
    found = queue(items, order="unstable_under_noise:ours")
    assert found == ["r1", "r2", "r0", "r3", "r4"]
    assert queue(items, order="unstable_under_noise:theirs")[0] == "r4"
    assert orders.title("unstable_under_noise:ours") == "Unstable under noise: ours"
    with pytest.raises(ReviewError, match=r"noise named 'other'.*Save a setting on the Noise lab"):
        queue(items, order="unstable_under_noise:other")


def test_an_order_that_is_not_there_is_told():
    known = ", ".join(orders.names())
    with pytest.raises(ReviewError, match=rf"no order 'best'.*Choose from {known}[.]"):
        queue(ITEMS, order="best")


SECOND = {
    "r0": prediction("r0", "gold", 0.9),
    "r1": prediction("r1", "jade", 0.9),
    "r2": prediction("r2", "gold", 0.6),
    "r4": prediction("r4", "gold", 0.9),
}
MEASURED = Items(
    RECORDS,
    PREDICTIONS,
    STATE,
    OutOfFold(["r0", "r1"], LABELS, np.full((2, 3), 1 / 3)),
    stability={"": {"r0": 0.3, "r3": -0.2}},
    others={"run-2": SECOND},
)


def test_what_models_disagree_on_comes_first():
    # r1 has two labels, r2 two sures, r0 the same word twice; r3 and r4 were labelled once.
    assert queue(MEASURED, order="models_disagree") == ["r1", "r2", "r0", "r3", "r4"]


def test_how_far_models_disagree_is_the_jensen_shannon_divergence():
    chance = np.random.default_rng(0)
    votes = chance.dirichlet(np.ones(4), (2, 6))
    found = models_disagree.divergence(votes, np.ones((2, 6), dtype=bool))
    expected = [jensenshannon(votes[0, row], votes[1, row]) ** 2 for row in range(6)]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_one_model_cannot_disagree():
    with pytest.raises(ReviewError, match="Only one model"):
        queue(ITEMS, order="models_disagree")


@pytest.mark.parametrize("name", orders.names())
def test_every_order_has_a_title_and_loses_no_record(name: str):
    assert orders.title(name)
    assert sorted(queue(MEASURED, order=name)) == [record.record_id for record in RECORDS]
    assert queue(replace(MEASURED, records=[]), order=name) == []


@given(st.permutations(range(5)), st.sampled_from(orders.names()))
def test_no_order_depends_on_what_else_is_shown(places: list[int], name: str):
    assume(name != "newest")
    some = [RECORDS[place] for place in sorted(places[:3])]
    ids = {record.record_id for record in some}
    whole = [record_id for record_id in queue(MEASURED, order=name) if record_id in ids]
    part = replace(MEASURED, records=some)
    assert queue(part, order=name) == whole


_LARGE = """
import time
from tests.review.large import items
from qcmfm.review import orders
from qcmfm.review.filters import Filters
from qcmfm.review.selections import read_selection, save_selection
from qcmfm.review.queue import queue
made = items(100_000)
for name in orders.names():
    queue(made, Filters(text="r99999"), name)  # libraries are imported
    begun = time.process_time()
    shown = queue(made, Filters(statuses=("open",), text="vase", least=0.1, labels=("gold",)), name)
    print(name, len(shown), time.process_time() - begun)
"""


@pytest.mark.slow
def test_100_000_records_are_in_order_within_a_second():
    # In a process of its own, without the type checks of the tests, which would be most of it.
    command = [sys.executable, "-c", _LARGE]
    told = subprocess.check_output(command, cwd=Path(__file__).parents[2], text=True)
    for line in told.splitlines():
        name, shown, seconds = line.split()
        assert int(shown) == 90_000 and float(seconds) < 1, name
    assert len(told.splitlines()) == len(orders.names())
