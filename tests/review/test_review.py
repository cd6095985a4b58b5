"""Decisions, undoing and restoring, and what cannot be decided."""

import threading
import time
from pathlib import Path

import pytest

from qcmfm.core.errors import ReviewConflict, ReviewError
from qcmfm.review import decision as module
from qcmfm.review import review as review_module
from qcmfm.review.choice import Choice
from qcmfm.review.review import Review, open_review
from qcmfm.review.state import OPEN
from tests.review.made import LABELS, accept, correct, prediction

GOLD = "http://vocab.getty.edu/aat/300011021"
SILVER = "http://vocab.getty.edu/aat/300011029"


@pytest.fixture
def review(tmp_path: Path) -> Review:
    return Review(tmp_path / "cups.csv")


def status(review: Review, record_id: str = "r1") -> tuple[str, str, str]:
    found = review.refresh().of(record_id)
    return found.status, found.label, found.reviewer


def test_accepting_keeps_what_the_model_had_said(review: Review):
    choice = Choice(
        "r1",
        "accept",
        reason=" sure \n",
        evidence={"boxes": [{"xywh": "1,2,3,4", "words": ["Gefäß"]}]},
        prediction=prediction("r1", "gold", 0.98765),
    )
    (row,) = review.decide([choice], " Ada  Lovelace ", LABELS)
    assert row._replace(decision_id="", reviewed_at="") == module.Decision(
        decision_id="",
        batch_id="",
        record_id="r1",
        model_label="gold",
        model_aat_uri=GOLD,
        confidence="0.9877",
        model_run="run-1",
        model_sha256="ab" * 32,
        noise_setting="",
        predicted_at="2026-01-01T00:00:00Z",
        reviewer="Ada Lovelace",
        reviewed_at="",
        decision="accept",
        reviewed_label="gold",
        reviewed_aat_uri=GOLD,
        reason="sure",
        evidence='{"boxes": [{"xywh": "1,2,3,4", "words": ["Gefäß"]}]}',
        supersedes="",
    )
    assert status(review) == ("accepted", "gold", "Ada Lovelace")
    assert Review(review.log.file).refresh().decision(row.decision_id) == row


def test_correcting_and_not_being_able_to_tell(review: Review):
    (first,) = review.decide([correct("r1", "silver")], "Ada", LABELS)
    assert status(review) == ("corrected", "silver", "Ada")
    assert (first.reviewed_aat_uri, first.model_label) == (SILVER, "gold")
    (second,) = review.decide([Choice("r1", "unsure")], "Bo", LABELS)
    assert status(review) == ("unsure", "", "Bo")
    assert second.supersedes == first.decision_id
    assert review.refresh().history("r1") == [first, second]


def test_correcting_to_what_the_model_said_is_accepting(review: Review):
    (row,) = review.decide([correct("r1", "gold", said="gold")], "Ada", LABELS)
    assert (row.decision, row.reviewed_label) == ("accept", "gold")


def test_a_batch_shares_an_id_and_is_undone_as_one(review: Review):
    review.decide([correct("r1", "jade")], "Ada", LABELS)
    rows = review.decide([accept("r1"), accept("r2"), correct("r3", "silver")], "Ada", LABELS)
    assert len({row.batch_id for row in rows}) == 1 and rows[0].batch_id
    undone = review.undo("Ada")
    assert {row.supersedes for row in undone} == {row.decision_id for row in rows}
    assert len({row.batch_id for row in undone}) == 1
    assert status(review) == ("corrected", "jade", "Ada")
    assert review.refresh().of("r2") == OPEN == review.refresh().of("r3")
    review.undo("Ada")
    assert review.refresh().of("r1") == OPEN


def test_of_a_batch_one_decision_can_be_undone_by_name(review: Review):
    rows = review.decide([accept("r1"), accept("r2"), accept("r3")], "Ada", LABELS)
    review.undo("Ada", decision_id=rows[1].decision_id)
    assert [review.refresh().of(f"r{n}").status for n in (1, 2, 3)] == [
        "accepted",
        "open",
        "accepted",
    ]
    assert len(review.undo("Ada")) == 2  # what is left of it
    with pytest.raises(ReviewError, match="nothing to undo"):
        review.undo("Ada")


def test_any_number_of_steps_is_undone_in_one_go(review: Review):
    review.decide([accept("r1")], "Ada", LABELS)
    review.decide([accept("r2"), accept("r3")], "Ada", LABELS)
    review.decide([correct("r2", "jade")], "Ada", LABELS)
    assert len(review.undo("Ada", steps=2)) == 3
    assert status(review, "r1") == ("accepted", "gold", "Ada")
    assert status(review, "r2") == ("open", "", "")
    assert len(review.undo("Ada", steps=50)) == 1


def test_undo_takes_back_ones_own_and_leaves_what_others_decided_since(review: Review):
    review.decide([accept("r1")], "Ada", LABELS)
    review.decide([correct("r1", "jade")], "Bo", LABELS)
    review.undo("Ada")
    assert status(review) == ("corrected", "jade", "Bo")
    review.undo("Bo")
    assert review.refresh().of("r1") == OPEN


def test_what_cannot_be_undone(review: Review):
    (mine,) = review.decide([accept("r1")], "Ada", LABELS)
    for decision_id, who, told in (
        (mine.decision_id, "Bo", "is Ada's"),
        ("nothing", "Ada", "no decision 'nothing'"),
        ("", "Bo", "Bo has nothing to undo"),
    ):
        with pytest.raises(ReviewError, match=told):
            review.undo(who, decision_id=decision_id)
    (undone,) = review.undo("Ada", decision_id=mine.decision_id)
    for decision_id, told in (
        (mine.decision_id, "undone already"),
        (undone.decision_id, "an undoing itself"),
    ):
        with pytest.raises(ReviewError, match=told):
            review.undo("Ada", decision_id=decision_id)
    assert len(review.log.decisions) == 2


def test_any_earlier_state_is_restored_by_anybody_and_that_is_a_decision(review: Review):
    (first,) = review.decide([correct("r1", "silver")], "Ada", LABELS)
    review.decide([Choice("r1", "unsure")], "Bo", LABELS)
    (undone,) = review.undo("Ada", decision_id=first.decision_id)
    row = review.restore("r1", "Cy", first.decision_id)
    assert (row.decision, row.supersedes, row.reviewed_label) == (
        "restore",
        first.decision_id,
        "silver",
    )
    assert row.reviewed_aat_uri == SILVER
    assert status(review) == ("corrected", "silver", "Cy")
    review.restore("r1", "Cy", undone.decision_id)
    assert status(review) == ("unsure", "", "Cy")
    review.restore("r1", "Cy")
    assert status(review) == ("open", "", "Cy")
    review.undo("Cy", steps=2)
    assert status(review) == ("corrected", "silver", "Cy")
    review.undo("Cy")
    assert status(review) == ("unsure", "", "Bo")


def test_what_cannot_be_restored(review: Review):
    (first,) = review.decide([accept("r1")], "Ada", LABELS)
    (other,) = review.decide([accept("r2")], "Ada", LABELS)
    for record_id, decision_id, told in (
        ("r1", other.decision_id, "record r1 has no decision"),
        ("r9", "", "record r9 has no decision"),
        ("r1", first.decision_id, "is accepted as gold already"),
    ):
        with pytest.raises(ReviewError, match=told):
            review.restore(record_id, "Ada", decision_id)


@pytest.mark.parametrize(
    ("choice", "reviewer", "told"),
    [
        (accept("r1"), " ", "reviewer has no name"),
        (accept("r1"), "x" * 201, "name is too long"),
        (Choice("r1", "undo"), "Ada", "'undo' is no decision"),
        (Choice("", "unsure"), "Ada", "record has no id"),
        (Choice("r1", "accept"), "Ada", "no predicted label to accept"),
        (Choice("r1", "accept", prediction=prediction("r2")), "Ada", "is of the record r2"),
        (Choice("r1", "correct"), "Ada", "No label was given"),
        (correct("r1", "silvr"), "Ada", "no label 'silvr'. Did you mean silver"),
        (correct("r1", "zinc"), "Ada", "no label 'zinc'. Add it as a new label"),
        (correct("r1", "Silver"), "Ada", "It is written 'silver'"),
        (Choice("r1", "correct", "x" * 201, new_label=True), "Ada", "label is too long"),
        (Choice("r1", "unsure", reason="x" * 10_001), "Ada", "reason is too long"),
        (Choice("r1", "correct", "zinc", True, "potato"), "Ada", "no concept of the AAT"),
    ],
)
def test_what_cannot_be_decided(review: Review, choice: Choice, reviewer: str, told: str):
    with pytest.raises(ReviewError, match=told) as caught:
        review.decide([choice], reviewer, LABELS)
    assert caught.value.hint
    assert not review.log.file.exists()


def test_of_a_batch_with_one_mistake_nothing_is_kept(review: Review):
    for choices in ([accept("r1"), correct("r2", "zinc")], [accept("r1"), accept("r1")], []):
        with pytest.raises(ReviewError):
            review.decide(choices, "Ada", LABELS)
    assert not review.log.file.exists()


def test_a_label_added_once_is_known_to_everybody(review: Review):
    concept = "http://vocab.getty.edu/aat/300011053"
    choice = Choice("r1", "correct", " rock  crystal ", new_label=True, aat_uri="300011053")
    (row,) = review.decide([choice], "Ada", LABELS)
    assert (row.reviewed_label, row.reviewed_aat_uri) == ("rock crystal", concept)
    other = Review(review.log.file)
    (row,) = other.decide([correct("r2", "rock crystal")], "Bo", LABELS)
    assert row.reviewed_aat_uri == concept
    assert other.refresh().labels["rock crystal"] == concept
    with pytest.raises(ReviewError, match="is written 'rock crystal'"):
        other.decide([Choice("r3", "correct", "Rock Crystal", new_label=True)], "Bo", LABELS)


def test_no_concept_is_guessed(review: Review):
    (row,) = review.decide([Choice("r1", "correct", "unobtainium", new_label=True)], "Ada")
    assert row.reviewed_aat_uri == ""


def test_deciding_on_what_another_decided_meanwhile_is_told(review: Review):
    other = Review(review.log.file)
    seen = review.refresh().of("r1").decision_id
    (theirs,) = other.decide([correct("r1", "jade")], "Bo", LABELS)
    mine = Choice("r1", "unsure", seen=seen)
    with pytest.raises(ReviewConflict, match=r"Bo made the record r1 corrected \(jade\) since"):
        review.decide([mine], "Ada", LABELS)
    assert status(review) == ("corrected", "jade", "Bo")
    review.decide([Choice("r1", "unsure", seen=theirs.decision_id)], "Ada", LABELS)
    other.undo("Bo")
    review.undo("Ada")
    with pytest.raises(ReviewConflict, match="was undone since"):
        review.decide([Choice("r1", "unsure", seen=theirs.decision_id)], "Ada", LABELS)


def test_a_clock_that_goes_backwards_changes_nothing(
    review: Review, monkeypatch: pytest.MonkeyPatch
):
    times = iter(["2026-03-01T12:00:00.000Z", "2026-03-01T11:00:00.000Z", "1970-01-01T00:00:00Z"])
    monkeypatch.setattr(review_module, "utc_now_ms", lambda: next(times))
    review.decide([accept("r1")], "Ada", LABELS)
    review.decide([correct("r1", "jade")], "Bo", LABELS)
    assert status(review) == status(Review(review.log.file)) == ("corrected", "jade", "Bo")
    review.undo("Bo")
    assert status(review) == status(Review(review.log.file)) == ("accepted", "gold", "Ada")


def test_every_id_is_one_of_its_own(review: Review):
    review.decide([accept(f"r{n}") for n in range(200)], "Ada", LABELS)
    review.undo("Ada")
    assert len({row.decision_id for row in review.log.decisions}) == 400


def test_everybody_in_a_process_shares_one_review():
    assert open_review("cups") is open_review("cups")
    assert open_review("cups") is not open_review("vases")


def test_threads_decide_and_look_at_once(review: Review):
    failed: list[BaseException] = []

    def work(who: str) -> None:
        try:
            for number in range(6):
                review.decide([accept(f"{who}-{number}")], who, LABELS)
                review.decide([correct("shared", LABELS[1 + number % 2])], who, LABELS)
                review.refresh().counts(["shared"])
            review.undo(who)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in "ABCD"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    state = Review(review.log.file).refresh()
    assert not state.problems and not review.refresh().problems
    assert state.of("shared") == review.refresh().of("shared")
    for who in "ABCD":
        assert len(state.active_decisions(who)) == 11


def test_looking_for_what_is_new_costs_next_to_nothing_in_a_long_log(tmp_path: Path):
    file = tmp_path / "long.csv"
    writer = Review(file)
    writer.decide([accept(f"r{n}") for n in range(5000)], "Ada", LABELS)
    begun = time.perf_counter()
    review = Review(file)
    opened = time.perf_counter() - begun
    begun = time.perf_counter()
    for _ in range(100):
        review.refresh()
    polled = (time.perf_counter() - begun) / 100
    writer.decide([correct("r1")], "Cy", LABELS)
    begun = time.perf_counter()
    assert review.refresh().of("r1").reviewer == "Cy"
    caught_up = time.perf_counter() - begun
    assert polled < opened / 50 and caught_up < opened / 10, (opened, polled, caught_up)
