"""Kappa against scikit-learn, Fleiss' own example, and a formula written differently."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from qcmfm.review.agreement import agreement, cohen_kappa, fleiss_kappa
from qcmfm.review.state import ReviewState
from tests.review.made import decision

LABEL = st.sampled_from(("gold", "silver", "jade", "wood"))


@given(st.lists(st.tuples(LABEL, LABEL), min_size=1, max_size=30))
def test_cohen_is_scikit_learns(both: list[tuple[str, str]]):
    first, second = zip(*both, strict=True)
    found = cohen_kappa(both)
    if len(set(first) | set(second)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)


def test_cohen_by_hand():
    # 50 grant proposals, both yes 20, both no 15, yes-no 5, no-yes 10: (0.7 - 0.5) / (1 - 0.5)
    both = [("y", "y")] * 20 + [("n", "n")] * 15 + [("y", "n")] * 5 + [("n", "y")] * 10
    assert cohen_kappa(both) == pytest.approx(0.4)
    assert cohen_kappa([]) is None


def test_fleiss_by_hand():
    # Ten records, fourteen reviewers each, five labels; observed 0.378, by chance 0.213.
    counts = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    said = [[str(k) for k, n in enumerate(row) for _ in range(n)] for row in counts]
    assert fleiss_kappa(said) == pytest.approx(0.210, abs=5e-4)


def by_pairs(said: list[list[str]]) -> float:
    """Fleiss' kappa, each pair of reviewers compared one by one."""
    records = [np.mean([one == other for one, other in combinations(labels, 2)]) for labels in said]
    _, counts = np.unique(np.concatenate(said), return_counts=True)
    chance = np.square(counts / counts.sum()).sum()
    return float((np.mean(records) - chance) / (1 - chance))


@given(st.lists(st.lists(LABEL, min_size=2, max_size=5), min_size=1, max_size=12))
def test_fleiss_with_any_number_of_reviewers(said: list[list[str]]):
    assume(len({label for labels in said for label in labels}) > 1)
    assert fleiss_kappa([*said, ["gold"], []]) == pytest.approx(by_pairs(said), abs=1e-12)


def test_fleiss_is_not_defined_without_a_second_reviewer_or_label():
    assert fleiss_kappa([]) is None
    assert fleiss_kappa([["gold"], ["jade"]]) is None
    assert fleiss_kappa([["gold", "gold"]]) is None


def test_what_counts_is_what_each_last_said_and_did_not_take_back():
    rows = []
    said = {
        "r1": {"Ada": "gold", "Bo": "gold"},
        "r2": {"Ada": "gold", "Bo": "jade", "Cy": "jade"},
        "r3": {"Ada": "jade", "Bo": "jade"},
        "r4": {"Ada": "jade"},
    }
    for record_id, labels in said.items():
        for who, label in labels.items():
            for at, chosen in enumerate(("silver", label)):  # everybody changed their mind once
                rows.append(decision(f"{record_id}{who}{at}", record_id, reviewer=who,
                                     reviewed_label=chosen))  # fmt: skip
    rows += [
        decision("u", "r4", reviewer="Bo", decision="unsure"),
        decision("c", "r4", reviewer="Cy"),
        decision("cu", "r4", reviewer="Cy", decision="undo", supersedes="c"),
    ]
    found = agreement(ReviewState(rows))
    assert found.records == 3
    assert found.fleiss == pytest.approx(
        by_pairs([list(said[f"r{n}"].values()) for n in (1, 2, 3)])
    )
    assert [(pair.reviewers, pair.records) for pair in found.pairs] == [
        (("Ada", "Bo"), 3),
        (("Ada", "Cy"), 1),
        (("Bo", "Cy"), 1),
    ]
    assert found.pairs[0].agreed == pytest.approx(2 / 3)
    assert found.pairs[0].kappa == pytest.approx(
        cohen_kappa_score(["gold", "gold", "jade"], ["gold", "jade", "jade"])
    )
    assert found.pairs[2].kappa is None and found.pairs[2].agreed == 1
    assert agreement(ReviewState()).pairs == []
