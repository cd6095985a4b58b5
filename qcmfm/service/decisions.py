"""Decisions on records, with the check who may take them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from qcmfm.access import Permission, actor, require, requires, write_audit
from qcmfm.core.errors import PermissionDenied, QcmfmError
from qcmfm.inference.prediction import Prediction
from qcmfm.review.choice import Choice
from qcmfm.review.decision import Decision
from qcmfm.review.log import ReviewLog
from qcmfm.review.review import Review, open_review
from qcmfm.review.state import ReviewState

Done = TypeVar("Done")

NAMED = 20
"""Records of a batch that the audit log names."""


class OpenReview:
    """The review of a collection as pages and other programs use it.

    Args:
        collection: Its name.

    Raises:
        ReviewError: The collection's name is none, or its log cannot be read.
    """

    def __init__(self, collection: str) -> None:
        self.collection = collection
        self._review: Review = open_review(collection)

    @property
    def log(self) -> ReviewLog:
        """What was decided, row by row, to be read."""
        return self._review.log

    @requires(Permission.LOOK)
    def refresh(self) -> ReviewState:
        """The state with what others decided meanwhile; see `Review.refresh`."""
        return self._review.refresh()

    @requires(Permission.DECIDE, tells=True)
    def decide(
        self, choices: Sequence[Choice], reviewer: str, known: Collection[str] = ()
    ) -> list[Decision]:
        """Decide on one record or, as one batch, on many; see `Review.decide`.

        Raises:
            PermissionDenied: Whoever acts may not decide, or not on many records at once, or is
                somebody else than the reviewer.
            ReviewError: A choice cannot be, or it could not be saved.
        """
        if len(choices) > 1:
            require(Permission.BULK, "decide", self._on(choices))
        return self.decide_each(choices, reviewer, known)

    @requires(Permission.DECIDE, tells=True)
    def decide_each(
        self, choices: Sequence[Choice], reviewer: str, known: Collection[str]
    ) -> list[Decision]:
        """Decide on records that were looked at one by one, as one batch.

        Raises:
            PermissionDenied: Whoever acts may not decide, or is somebody else than the reviewer.
            ReviewError: A choice cannot be, or it could not be saved.
        """
        return self._do(
            "decide", self._on(choices), reviewer,
            lambda: self._review.decide(choices, reviewer, known),
        )  # fmt: skip

    @requires(Permission.DECIDE, tells=True)
    def undo(self, reviewer: str, steps: int = 1, decision_id: str = "") -> list[Decision]:
        """Take back a reviewer's own last steps; see `Review.undo`.

        Raises:
            PermissionDenied: Whoever acts may not decide, or is somebody else.
            ReviewError: There is nothing to take back.
        """
        return self._do(
            "undo", {"collection": self.collection}, reviewer,
            lambda: self._review.undo(reviewer, steps, decision_id),
        )  # fmt: skip

    @requires(Permission.DECIDE, tells=True)
    def restore(self, record_id: str, reviewer: str, decision_id: str = "") -> Decision:
        """Make a record again what it was right after a decision; see `Review.restore`.

        Raises:
            PermissionDenied: Whoever acts may not decide, or is somebody else.
            ReviewError: There is no such decision on the record, or nothing would change.
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
        """Act in nobody else's name, and write down how it went."""
        who = actor()
        if who.signed_in and " ".join(reviewer.split()) != who.who:
            write_audit(who, operation, on, "refused")
            raise PermissionDenied(
                "You cannot decide in somebody else's name.", f"You are signed in as {who.who}."
            )
        # Who did not sign in says themselves who they are.
        who = who if who.signed_in else replace(who, who=reviewer or who.who)
        try:
            found = act()
        except QcmfmError:
            write_audit(who, operation, on, "failed")
            raise
        write_audit(who, operation, on, "done")
        return found


@requires(Permission.DECIDE, tells=True)
def decide_on_submissions(name: str, decided: Sequence[tuple[Prediction, str]], who: str) -> None:
    """Log what somebody said of photos that they had labelled and saved.

    Whoever may decide on one may do so: each photo was looked at, though they are kept as a batch.

    Args:
        name: Of the collection that the photos were saved to.
        decided: What the model said, and the label that it is.
        who: Who says so.

    Raises:
        PermissionDenied: Whoever acts may not decide, or is somebody else.
        ReviewError: There is no name, or it could not be saved.
    """
    if not decided:
        return
    known = sorted({label for said, _ in decided for label, _ in said.ranked})
    choices = [Choice(said.record_id, "correct", label, prediction=said) for said, label in decided]
    OpenReview(name.strip()).decide_each(choices, who, known)
