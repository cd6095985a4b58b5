"""The state from the log equals a simple model's, whatever happens in whatever order."""

import csv
import io
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from qcmfm.core.errors import ReviewError
from qcmfm.review.choice import Choice
from qcmfm.review.decision import DECISIONS, Decision
from qcmfm.review.review import Review
from qcmfm.review.state import OPEN, ReviewState
from tests.review.made import LABELS, decision, prediction

RECORDS = ("r1", "r2", "r3")
PEOPLE = ("Ada", "Bo")
Said = tuple[str, str, str]  # status, label, reviewer
NOBODY: Said = ("open", "", "")


class Model:
    """The same rules, told as simply as can be: a list of steps that is gone through each time."""

    def __init__(self) -> None:
        self.steps: list[dict[str, object]] = []  # of decisions and restorings, in order
        self.rows: dict[str, list[Said]] = {name: [] for name in RECORDS}  # after each row

    def add(self, ids: list[str], records: list[str], said: list[Said], who: str) -> None:
        parts = [
            {"id": i, "record": r, "said": s, "undone": False}
            for i, r, s in zip(ids, records, said, strict=True)
        ]
        self.steps.append({"who": who, "parts": parts})
        self.note(records)

    def note(self, records: list[str]) -> None:
        for record in records:
            self.rows[record].append(self.now(record))

    def parts(self, step: dict[str, object]) -> list[dict[str, object]]:
        return step["parts"]  # pyright: ignore[reportReturnType]

    def now(self, record: str) -> Said:
        found = NOBODY
        for step in self.steps:
            for part in self.parts(step):
                if part["record"] == record and not part["undone"]:
                    found = part["said"]
        return found  # pyright: ignore[reportReturnType]

    def undo(self, who: str) -> int:
        """Undo the last step of somebody that has something left; how much that was."""
        for step in reversed(self.steps):
            left = [part for part in self.parts(step) if not part["undone"]]
            if step["who"] == who and left:
                for part in reversed(left):
                    part["undone"] = True
                    self.note([str(part["record"])])
                return len(left)
        return 0


class Reviewing(RuleBasedStateMachine):
    """Two processes (two readers of one file) decide, undo, restore, crash and look."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.file = self.folder / "cups.csv"
        self.writers = [Review(self.file), Review(self.file)]
        self.model = Model()
        self.torn = 0

    @rule(
        writer=st.integers(0, 1),
        who=st.sampled_from(PEOPLE),
        chosen=st.dictionaries(
            st.sampled_from(RECORDS),
            st.sampled_from(("accept", "unsure", *LABELS[1:])),
            min_size=1,
        ),
        reason=st.sampled_from(("", 'a "b"\r\nc,', "\n")),
    )
    def decide(self, writer: int, who: str, chosen: dict[str, str], reason: str) -> None:
        choices, said = [], []
        for record, what in chosen.items():
            if what in LABELS:
                choices.append(Choice(record, "correct", what, reason=reason))
                said.append(("corrected", what, who))
            else:
                choice = Choice(record, what, reason=reason, prediction=prediction(record))
                choices.append(choice)
                accepted = what == "accept"
                said.append(("accepted", "gold", who) if accepted else ("unsure", "", who))
        rows = self.writers[writer].decide(choices, who, LABELS)
        self.model.add([row.decision_id for row in rows], list(chosen), said, who)

    @rule(writer=st.integers(0, 1), who=st.sampled_from(PEOPLE), steps=st.integers(1, 3))
    def undo(self, writer: int, who: str, steps: int) -> None:
        expected = sum(self.model.undo(who) for _ in range(steps))
        if expected:
            assert len(self.writers[writer].undo(who, steps)) == expected
        else:
            with pytest.raises(ReviewError, match="nothing to undo"):
                self.writers[writer].undo(who, steps)

    @rule(writer=st.integers(0, 1), who=st.sampled_from(PEOPLE), data=st.data())
    def undo_by_name(self, writer: int, who: str, data: st.DataObject) -> None:
        parts = [
            (step["who"], part) for step in self.model.steps for part in self.model.parts(step)
        ]
        if not parts:
            return
        owner, part = data.draw(st.sampled_from(parts))
        if owner == who and not part["undone"]:
            self.writers[writer].undo(who, decision_id=str(part["id"]))
            part["undone"] = True
            self.model.note([str(part["record"])])
        else:
            with pytest.raises(ReviewError, match=r"undone already|[Rr]estore"):
                self.writers[writer].undo(who, decision_id=str(part["id"]))

    @rule(writer=st.integers(0, 1), who=st.sampled_from(PEOPLE), data=st.data())
    def restore(self, writer: int, who: str, data: st.DataObject) -> None:
        record = data.draw(st.sampled_from(RECORDS))
        history = self.writers[writer].refresh().history(record)
        assert len(history) == len(self.model.rows[record])
        if not history:
            return
        place = data.draw(st.integers(-1, len(history) - 1))
        target = history[place].decision_id if place >= 0 else ""
        then = self.model.rows[record][place] if place >= 0 else NOBODY
        if then[:2] == self.model.now(record)[:2]:
            with pytest.raises(ReviewError, match="already"):
                self.writers[writer].restore(record, who, target)
        else:
            row = self.writers[writer].restore(record, who, target)
            self.model.add([row.decision_id], [record], [(*then[:2], who)], who)

    @rule(writer=st.integers(0, 1))
    def reopen(self, writer: int) -> None:
        self.writers[writer] = Review(self.file)

    @precondition(lambda self: self.file.is_file())
    @rule(share=st.floats(0.01, 0.97), reopened=st.booleans())
    def power_cut(self, share: float, reopened: bool) -> None:
        out = io.StringIO(newline="")
        csv.writer(out).writerow(decision("torn", reason='"one",\r\ntwo\n'))
        row = out.getvalue().encode()
        with self.file.open("ab") as handle:
            handle.write(row[: max(1, int(share * len(row)))])
        if reopened:
            self.writers[0] = Review(self.file)
            self.torn += 1
        else:  # a writer that runs on finds it
            choice = Choice("r1", "correct", "jade")
            (saved,) = self.writers[1].decide([choice], "Ada", LABELS)
            self.model.add([saved.decision_id], ["r1"], [("corrected", "jade", "Ada")], "Ada")
            self.torn += 1

    @invariant()
    def everybody_sees_what_the_model_says(self) -> None:
        for review in self.writers:
            state = review.refresh()
            assert not state.problems and not review.log.damaged
            for record in RECORDS:
                found = state.of(record)
                assert (found.status, found.label, found.reviewer) == self.model.now(record)
                after = [state.after(row.decision_id) for row in state.history(record)]
                told = [(said.status, said.label, said.reviewer) for said in after]
                assert told == self.model.rows[record]
            for who in PEOPLE:
                expected = [
                    part["id"]
                    for step in self.model.steps
                    if step["who"] == who
                    for part in self.model.parts(step)
                    if not part["undone"]
                ]
                assert [row.decision_id for row in state.active_decisions(who)] == expected

    @invariant()
    def what_was_torn_lies_aside(self) -> None:
        assert len(self.writers[0].log.torn_files()) == self.torn

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


Reviewing.TestCase.settings = settings(max_examples=25, stateful_step_count=25)
TestReviewing = Reviewing.TestCase

ROWS = st.builds(
    decision,
    st.sampled_from(("d1", "d2", "d3", "d4", "d5")),
    record_id=st.sampled_from(RECORDS),
    reviewer=st.sampled_from(PEOPLE),
    decision=st.sampled_from(DECISIONS),
    batch_id=st.sampled_from(("", "b1")),
    reviewed_label=st.sampled_from(("", "gold", "jade")),
    supersedes=st.sampled_from(("", "d1", "d2", "d3", "d9")),
)


@given(rows=st.lists(ROWS, max_size=12))
def test_rows_that_nobody_here_would_write_are_told_and_change_nothing(rows: list[Decision]):
    state = ReviewState()
    for row in rows:
        before, told = {name: state.of(name) for name in RECORDS}, len(state.problems)
        state.apply(row)
        if len(state.problems) > told:
            assert before == {name: state.of(name) for name in RECORDS}
        else:
            assert state.history(row.record_id)[-1] == row
    kept = sum(len(state.history(name)) for name in RECORDS)
    assert kept + len(state.problems) == len(rows)
    assert state.counts(RECORDS).keys() == {"open", "accepted", "corrected", "unsure"}
    standing = {row.decision_id for who in PEOPLE for row in state.active_decisions(who)}
    assert standing == {row.decision_id for row in rows if state.is_active(row.decision_id)}


def test_a_row_that_cannot_be_is_told_with_the_reason():
    rows = [
        decision("d1"),
        decision("d1", record_id="r2"),
        decision("d2", decision="undo", supersedes="d1", reviewer="Bo"),
        decision("d3", decision="undo", supersedes="d9"),
        decision("d4", decision="undo", supersedes="d1", record_id="r2"),
        decision("d5", decision="undo", supersedes="d1"),
        decision("d6", decision="undo", supersedes="d1"),
        decision("d7", decision="restore", supersedes="d9"),
    ]
    state = ReviewState(rows)
    assert [sentence.split(": ")[1] for sentence in state.problems] == [
        "its id occurred before.",
        "d1 is the decision of Ada.",
        "there is no decision 'd9' on its record.",
        "there is no decision 'd1' on its record.",
        "d1 does not stand.",
        "there is no decision 'd9' on its record.",
    ]
    assert state.of("r1") == OPEN and state.of("r2") == OPEN


def test_opinions_are_what_each_last_said_and_did_not_take_back():
    state = ReviewState(
        [
            decision("d1", reviewed_label="gold"),
            decision("d2", reviewed_label="jade", reviewer="Bo"),
            decision("d3", reviewed_label="silver"),
            decision("d4", decision="undo", supersedes="d3"),
        ]
    )
    assert {who: said.label for who, said in state.opinions("r1").items()} == {
        "Ada": "gold",
        "Bo": "jade",
    }
    assert state.reviewed() == ["r1"] and state.reviewers() == ["Ada", "Bo"]
