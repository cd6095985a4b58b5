"""The review of a collection: its log, the state derived from it, and the ways to add decisions."""

import contextlib
import functools
import threading
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from qcmfm.core.clock import utc_now_ms
from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import msg
from qcmfm.review.choice import Choice, Vocabulary, check_unchanged, cleaned, decision_row
from qcmfm.review.decision import Decision, unique_id
from qcmfm.review.log import ReviewLog, review_file
from qcmfm.review.replay import Replay
from qcmfm.review.state import RecordState, ReviewState


def open_review(collection: str) -> "Review":
    """The review of a collection, one object per process.

    Raises:
        ReviewError: The name of the collection is invalid, or its log cannot be read.
    """
    return _opened(review_file(collection))


@functools.cache
def _opened(file: Path) -> "Review":
    return Review(file)


class Review:
    """Decisions on the records of one collection, shared by threads and processes.

    Methods that add a decision return once it is on disk.

    Args:
        file: Path of the review log.
        read_only: Whether the file is left as it is even if its last row is incomplete.
    """

    def __init__(self, file: Path, read_only: bool = False):
        self.log = ReviewLog(file, read_only)
        self._threads = threading.RLock()
        self._replay = Replay()
        self.refresh()

    @property
    def reordered(self) -> list[str]:
        """Ids of the records whose rows are not in the order in which they were made."""
        return self._replay.reordered

    def refresh(self) -> ReviewState:
        """The current state, including decisions of others; fast if there are no new ones.

        Raises:
            ReviewError: The log cannot be read.
        """
        with self._threads:
            self.log.read()
            return self._follow()

    def decide(
        self, choices: Sequence[Choice], reviewer: str, known: Collection[str] = ()
    ) -> list[Decision]:
        """Decide on one record or, as one batch, on several: all of them or none.

        Choosing the predicted label is the same as accepting it.

        Args:
            choices: Choices of the reviewer, one per record.
            reviewer: Name of the reviewer.
            known: Existing labels, in addition to those that reviewers chose before.

        Raises:
            ReviewError: A choice is invalid, or could not be saved.
            ReviewConflict: Somebody else decided on a record since it was shown.
        """
        who = _name(reviewer)
        if not choices:
            raise ReviewError("No record was chosen.", "Choose at least one.")
        ids = [choice.record_id for choice in choices]
        if len(set(ids)) < len(ids):
            raise ReviewError("A record was chosen twice.", "Decide once on each record.")
        with self._writing() as state:
            vocabulary = Vocabulary(known, state.labels)
            for choice in choices:
                check_unchanged(choice, state.of(choice.record_id), who)
            batch, time = unique_id() if len(choices) > 1 else "", utc_now_ms()
            return self._append(
                [
                    decision_row(choice, vocabulary, state.of(choice.record_id), who, time, batch)
                    for choice in choices
                ]
            )

    def undo(self, reviewer: str, steps: int = 1, decision_id: str = "") -> list[Decision]:
        """Undo a reviewer's own last steps, or one particular decision.

        A step is the last decision that was not undone or, if that was part of a batch, the entire
        batch. If there are fewer steps than `steps`, all are undone.

        Args:
            reviewer: Name of the reviewer, whose own decisions are undone.
            steps: Number of steps.
            decision_id: Id of a decision to undo instead of the last steps.

        Raises:
            ReviewError: There is nothing to undo, or the decision is somebody else's.
        """
        who = _name(reviewer)
        with self._writing() as state:
            if decision_id:
                undone = [_own(state, decision_id, who)]
            else:
                undone = []
                for _ in range(steps):
                    undone += reversed(state.last_step(who, [d.decision_id for d in undone]))
            if not undone:
                raise ReviewError(
                    msg("{who} has nothing to undo.", who=who),
                    "What others decided can be restored or changed.",
                )
            batch, time = unique_id() if len(undone) > 1 else "", utc_now_ms()
            return self._append([_follows(old, "undo", who, time, batch) for old in undone])

    def restore(self, record_id: str, reviewer: str, decision_id: str = "") -> Decision:
        """Return a record to its state right after a decision; by default, to not reviewed.

        This is itself a decision and can be undone.

        Args:
            record_id: Id of the record.
            reviewer: Name of the reviewer who restores the state.
            decision_id: Id of a decision in the record's history; empty for the initial state.

        Raises:
            ReviewError: The record has no such decision, or its state would not change.
        """
        who = _name(reviewer)
        with self._writing() as state:
            history = {decision.decision_id: decision for decision in state.history(record_id)}
            if not history or (decision_id and decision_id not in history):
                raise ReviewError(
                    msg(
                        "The record {record_id} has no decision {decision_id!r}.",
                        record_id=record_id,
                        decision_id=decision_id,
                    ),
                    "Choose a row of its history.",
                )
            then, current = state.after(decision_id), state.of(record_id)
            if _essence(then) == _essence(current):
                raise ReviewError(
                    msg(
                        "The record {record_id} is {current} already.",
                        record_id=record_id,
                        current=_described(current),
                    ),
                    "Choose another row.",
                )
            source = history.get(decision_id) or next(iter(history.values()))
            row = _follows(source, "restore", who, utc_now_ms(), "")
            row = row._replace(
                reviewed_label=then.label, reviewed_aat_uri=then.aat_uri, supersedes=decision_id
            )
            return self._append([row])[0]

    @contextlib.contextmanager
    def _writing(self) -> Iterator[ReviewState]:
        with self._threads, self.log.writing():
            yield self._follow()

    def _append(self, rows: list[Decision]) -> list[Decision]:
        self.log.append(rows)
        self._follow()
        return rows

    def _follow(self) -> ReviewState:
        """Apply the decisions that were added to the log since the last call."""
        return self._replay.follow(self.log.decisions, self.log.generation)


def _name(reviewer: str) -> str:
    name = cleaned(reviewer)
    if not name:
        raise ReviewError("The reviewer has no name.", "Say who decides.")
    if len(name) > 200:
        raise ReviewError("The reviewer's name is too long.", "Use up to 200 characters.")
    return name


def _own(state: ReviewState, decision_id: str, reviewer: str) -> Decision:
    """A decision of this reviewer that was not undone."""
    found = state.decision(decision_id)
    if found is None:
        raise ReviewError(
            msg("There is no decision {decision_id!r}.", decision_id=decision_id),
            "Reload the page.",
        )
    if found.reviewer != reviewer:
        raise ReviewError(
            msg("The decision is {reviewer}'s.", reviewer=found.reviewer),
            "Restore an earlier state instead of undoing.",
        )
    if not state.is_active(decision_id):
        raise ReviewError(
            "That was undone already."
            if found.decision != "undo"
            else "That is an undoing itself.",
            "Restore an earlier state from the record's history.",
        )
    return found


def _follows(old: Decision, what: str, reviewer: str, time: str, batch: str) -> Decision:
    """A row that refers to an earlier decision and repeats the prediction of that time."""
    return old._replace(
        decision_id=unique_id(),
        batch_id=batch,
        reviewer=reviewer,
        reviewed_at=time,
        decision=what,
        reviewed_label="",
        reviewed_aat_uri="",
        reason="",
        evidence="",
        supersedes=old.decision_id,
    )


def _essence(outcome: RecordState) -> tuple[str, str, str]:
    return outcome.status, outcome.label, outcome.aat_uri


def _described(outcome: RecordState) -> str:
    status = msg(outcome.status)
    if not outcome.label:
        return status
    return msg("{status} as {label}", status=status, label=outcome.label)
