"""Decisions on records, with permission checks and audit log entries."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from qcmfm.access import Permission, actor, may, require, requires, write_audit
from qcmfm.core.errors import PermissionDenied, QcmfmError
from qcmfm.inference.prediction import Prediction
from qcmfm.review.choice import Choice
from qcmfm.review.decision import Decision
from qcmfm.review.log import ReviewLog
from qcmfm.review.notices import Notice, notices
from qcmfm.review.presence import Presence, mark_present, others_at
from qcmfm.review.review import Review, open_review
from qcmfm.review.state import ReviewState

Done = TypeVar("Done")

NAMED = 20
"""Maximum number of records of a batch that the audit log lists."""


class OpenReview:
    """The review of a collection, with permission checks.

    Args:
        collection: Name of the collection.

    Raises:
        ReviewError: The name of the collection is invalid, or its log cannot be read.
    """

    def __init__(self, collection: str) -> None:
        self.collection = collection
        self._review: Review = open_review(collection)

    @property
    def log(self) -> ReviewLog:
        """The review log, for reading."""
        return self._review.log

    @requires(Permission.LOOK)
    def refresh(self) -> ReviewState:
        """The current state, including decisions of others; see `Review.refresh`."""
        return self._review.refresh()

    @requires(Permission.LOOK)
    def notices(self, record_ids: Collection[str]) -> list[Notice]:
        """What people should know about the review log: what is not used, and how to get it back.

        Args:
            record_ids: Ids of the collection's records.
        """
        return notices(self._review, record_ids)

    @requires(Permission.LOOK)
    def mark_present(self, record_id: str, reviewer: str, page: str) -> list[Presence]:
        """Note that a page shows a record, and find out who else has it open.

        For people without `Permission.DECIDE` nothing is noted, but they still see who else has it.

        Args:
            record_id: Record that the page shows now.
            reviewer: Name of the reviewer, unless a sign-in provides it.
            page: Id of the browser page.

        Returns:
            Presence of others on the same record, longest open first.
        """
        who = actor()
        name = who.who if who.signed_in else reviewer
        if not may(who, Permission.DECIDE):
            return others_at(self.collection, record_id, name)
        return mark_present(self.collection, record_id, name, page)

    @requires(Permission.DECIDE, writes_own_entries=True)
    def decide(
        self, choices: Sequence[Choice], reviewer: str, known: Collection[str] = ()
    ) -> list[Decision]:
        """Decide on one record or, as one batch, on several; see `Review.decide`.

        Raises:
            PermissionDenied: The current actor may not decide, may not decide on several records at
                once, or is not the reviewer.
            ReviewError: A choice is invalid, or could not be saved.
        """
        if len(choices) > 1:
            require(Permission.BULK, "decide", self._on(choices))
        return self.decide_each(choices, reviewer, known)

    @requires(Permission.DECIDE, writes_own_entries=True)
    def decide_each(
        self, choices: Sequence[Choice], reviewer: str, known: Collection[str]
    ) -> list[Decision]:
        """Decide on records that were reviewed one by one, as one batch.

        Raises:
            PermissionDenied: The current actor may not decide, or is not the reviewer.
            ReviewError: A choice is invalid, or could not be saved.
        """
        return self._do(
            "decide", self._on(choices), reviewer,
            lambda: self._review.decide(choices, reviewer, known),
        )  # fmt: skip

    @requires(Permission.DECIDE, writes_own_entries=True)
    def undo(self, reviewer: str, steps: int = 1, decision_id: str = "") -> list[Decision]:
        """Undo a reviewer's own last steps; see `Review.undo`.

        Raises:
            PermissionDenied: The current actor may not decide, or is not the reviewer.
            ReviewError: There is nothing to undo.
        """
        return self._do(
            "undo", {"collection": self.collection}, reviewer,
            lambda: self._review.undo(reviewer, steps, decision_id),
        )  # fmt: skip

    @requires(Permission.DECIDE, writes_own_entries=True)
    def restore(self, record_id: str, reviewer: str, decision_id: str = "") -> Decision:
        """Return a record to its state right after a decision; see `Review.restore`.

        Raises:
            PermissionDenied: The current actor may not decide, or is not the reviewer.
            ReviewError: The record has no such decision, or its state would not change.
        """
        return self._do(
            "restore", {"collection": self.collection, "records": [record_id]}, reviewer,
            lambda: self._review.restore(record_id, reviewer, decision_id),
        )  # fmt: skip

    def _on(self, choices: Sequence[Choice]) -> dict[str, Any]:
        named = [choice.record_id for choice in choices[:NAMED]]
        more = {"of": len(choices)} if len(choices) > NAMED else {}
        return {"collection": self.collection, "records": named, **more}

    def _do(
        self, operation: str, on: Mapping[str, Any], reviewer: str, act: Callable[[], Done]
    ) -> Done:
        """Run an operation unless it is in somebody else's name, and write its audit log entry."""
        who = actor()
        if who.signed_in and " ".join(reviewer.split()) != who.who:
            write_audit(who, operation, on, "refused")
            raise PermissionDenied(
                "You cannot decide in somebody else's name.", f"You are signed in as {who.who}."
            )
        # Without a sign-in, people give their names themselves.
        who = who if who.signed_in else replace(who, who=reviewer or who.who)
        try:
            found = act()
        except QcmfmError:
            write_audit(who, operation, on, "failed")
            raise
        write_audit(who, operation, on, "done")
        return found


@requires(Permission.DECIDE, writes_own_entries=True)
def decide_on_submissions(name: str, decided: Sequence[tuple[Prediction, str]], who: str) -> None:
    """Log the decisions on photos that somebody had labelled and saved.

    The permission to decide on one record is sufficient: the photos were reviewed one by one, even
    though the decisions are saved as a batch.

    Args:
        name: Name of the collection that the photos were saved to.
        decided: Prediction and right label of each photo.
        who: Name of the reviewer.

    Raises:
        PermissionDenied: The current actor may not decide, or is not the reviewer.
        ReviewError: The reviewer has no name, or the decisions could not be saved.
    """
    if not decided:
        return
    known = sorted({label for prediction, _ in decided for label, _ in prediction.ranked})
    choices = [
        Choice(prediction.record_id, "correct", label, prediction=prediction)
        for prediction, label in decided
    ]
    OpenReview(name.strip()).decide_each(choices, who, known)
