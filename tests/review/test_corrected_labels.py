"""What reviewers decided becomes the labels to train with, and nothing else does."""

from pathlib import Path

import pytest

from qcmfm.records import Collection, Problem, Record, Row
from qcmfm.review.corrected_labels import corrected, reviewed_count
from qcmfm.review.state import ReviewState
from tests.review.made import decision

STATE = ReviewState(
    [
        decision("d1", "r1", reviewed_label="jade"),
        decision("d2", "r2", decision="accept", reviewed_label="silver"),
        decision("d3", "r3", decision="unsure"),
        decision("d4", "r4", reviewed_label="jade"),
        decision("d5", "r4", decision="undo", supersedes="d4"),
        decision("d6", "gone", reviewed_label="jade"),
    ]
)
MADE = Collection.from_records(
    Path("cups"),
    [
        Record(f"r{n}", label=label, split="test", cells={"label": label, "museum": "M"})
        for n, label in enumerate(["gold", "gold", "silver", "gold", "gold", ""])
    ],
)


@pytest.mark.parametrize(
    ("keep", "labels"),
    [
        (True, ["gold", "jade", "silver", "", "gold", ""]),
        (False, ["", "jade", "silver", "", "", ""]),
    ],
)
def test_decided_labels_count_and_doubtful_ones_do_not(keep: bool, labels: list[str]):
    found = corrected(MADE, STATE, keep_catalogue_labels=keep)
    assert [record.label for record in found.records] == labels
    assert [record.cells["label"] for record in found.records] == labels
    for old, new in zip(MADE.records, found.records, strict=True):
        assert (old.record_id, old.split, old.cells["museum"]) == (
            new.record_id,
            new.split,
            new.cells["museum"],
        )


def test_the_collection_itself_and_its_refused_rows_stay_as_they_are():
    refused = Row(9, "r9", None)
    problem = Problem(9, "", "no", refused=True)
    made = Collection(Path("cups"), rows=[*MADE.rows, refused], problems=[problem])
    found = corrected(made, STATE)
    assert found.rows[-1] == refused and found.problems == [problem]
    assert [record.label for record in made.records][1] == "gold"


def test_how_many_were_decided_and_how_many_of_them_changed():
    assert reviewed_count(MADE, STATE) == {"decided": 2, "changed": 1}
