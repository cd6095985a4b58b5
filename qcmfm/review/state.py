"""The review state derived from the log: the state of each record, and what can be undone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from qcmfm.review.decision import Decision

STATUSES = ("open", "accepted", "corrected", "unsure")
_STATUS = {"accept": "accepted", "correct": "corrected", "unsure": "unsure"}


class RecordState(NamedTuple):
    """The review state of a record.

    Args:
        status: One of `STATUSES`.
        label: Reviewed label; empty if there is none.
        aat_uri: AAT concept of the label; empty if unknown.
        reviewer: Reviewer who made the decision in force; empty if there is none.
        reviewed_at: Time of that decision, UTC, ISO 8601.
        decision_id: Id of the decision in force; empty if there is none.
    """

    status: str = "open"
    label: str = ""
    aat_uri: str = ""
    reviewer: str = ""
    reviewed_at: str = ""
    decision_id: str = ""


OPEN = RecordState()


class ReviewState:
    """The state of every record, derived from decisions in the order of the log.

    The decision in force on a record is the last one that was not undone. An inconsistent row, such
    as an undo of a decision that is undone already, changes nothing and is reported in `problems`.

    Attributes:
        labels: AAT concept of every label that reviewers chose, by label.
        problems: A sentence for each inconsistent row.
        contradicted: Record ids of the rows that say something else about the rows before them than
            those do, in order; such rows are in another order than they were made, or some of them
            are missing.
    """

    def __init__(self, decisions: Iterable[Decision] = ()):
        self.labels: dict[str, str] = {}
        self.problems: list[str] = []
        self.contradicted: list[str] = []
        self._decisions: dict[str, Decision] = {}
        self._history: dict[str, list[Decision]] = {}  # By record id.
        self._live: dict[str, list[RecordState]] = {}  # By record id: states not undone, in order.
        self._current: dict[str, RecordState] = {}  # By record id; read by other threads.
        self._after: dict[str, RecordState] = {}  # By decision id: state right after it.
        self._stacks: dict[str, dict[str, None]] = {}  # By reviewer: ids not undone, in order.
        self._batches: dict[str, list[str]] = {}  # By batch id: its decisions.
        for decision in decisions:
            self.apply(decision)

    def apply(self, decision: Decision) -> None:
        """Apply the next row of the log."""
        if self._contradicts(decision):
            self.contradicted.append(decision.record_id)
        problem = self._problem(decision)
        if problem:
            self.problems.append(f"Decision {decision.decision_id}: {problem}.")
            return
        record_id = decision.record_id
        live = self._live.setdefault(record_id, [])
        if decision.decision == "undo":
            live[:] = [state for state in live if state.decision_id != decision.supersedes]
            stack = self._stacks[decision.reviewer]
            del stack[decision.supersedes]
        else:
            state = self._resulting_state(decision)
            live.append(state)
            self._stacks.setdefault(decision.reviewer, {})[decision.decision_id] = None
            if decision.batch_id:
                self._batches.setdefault(decision.batch_id, []).append(decision.decision_id)
            if state.label:
                self.labels[state.label] = state.aat_uri or self.labels.get(state.label, "")
        self._decisions[decision.decision_id] = decision
        self._history.setdefault(record_id, []).append(decision)
        self._current[record_id] = live[-1] if live else OPEN
        self._after[decision.decision_id] = self._current[record_id]

    def of(self, record_id: str) -> RecordState:
        """The state of a record."""
        return self._current.get(record_id, OPEN)

    def after(self, decision_id: str) -> RecordState:
        """The state of a record right after a decision; the initial state for an empty id."""
        return self._after.get(decision_id, OPEN)

    def decision(self, decision_id: str) -> Decision | None:
        """The decision with this id; None if there is none."""
        return self._decisions.get(decision_id)

    def history(self, record_id: str) -> list[Decision]:
        """All rows about a record, oldest first, including undone decisions and undo rows."""
        return list(self._history.get(record_id, ()))

    def is_active(self, decision_id: str) -> bool:
        """Whether a decision was not undone; False for undo rows and unknown ids."""
        found = self._decisions.get(decision_id)
        return found is not None and decision_id in self._stacks.get(found.reviewer, {})

    def active_decisions(self, reviewer: str) -> list[Decision]:
        """A reviewer's decisions that were not undone, oldest first: what can be undone."""
        return [
            self._decisions[decision_id] for decision_id in list(self._stacks.get(reviewer, {}))
        ]

    def last_step(self, reviewer: str, without: Sequence[str] = ()) -> list[Decision]:
        """The decisions that one undo step takes back: the last one, or the rest of its batch.

        Args:
            reviewer: Name of the reviewer.
            without: Ids of decisions to leave out, since they are being undone already.
        """
        stack, left_out = self._stacks.get(reviewer, {}), set(without)
        last = next((found for found in reversed(stack) if found not in left_out), None)
        if last is None:
            return []
        batch = self._batches.get(self._decisions[last].batch_id, [last])
        ids = [found for found in batch if found in stack and found not in left_out]
        return [self._decisions[found] for found in ids]

    def opinions(self, record_id: str) -> dict[str, RecordState]:
        """The state that each reviewer last gave to a record and did not undo, by reviewer."""
        return {state.reviewer: state for state in list(self._live.get(record_id, ()))}

    def reviewed(self) -> list[str]:
        """Ids of the records with any decision, undone or not, in order of the first decision."""
        return list(self._history)

    def reviewers(self) -> list[str]:
        """Names of all reviewers who ever made a decision, sorted."""
        return sorted(list(self._stacks))

    def counts(self, record_ids: Iterable[str]) -> dict[str, int]:
        """Number of these records in each status."""
        found = Counter(self.of(record_id).status for record_id in record_ids)
        return {status: found[status] for status in STATUSES}

    def _resulting_state(self, decision: Decision) -> RecordState:
        who = (decision.reviewer, decision.reviewed_at, decision.decision_id)
        if decision.decision == "restore":
            old = self.after(decision.supersedes)
            return RecordState(old.status, old.label, old.aat_uri, *who)
        status = _STATUS[decision.decision]
        if status == "unsure":
            return RecordState(status, "", "", *who)
        return RecordState(status, decision.reviewed_label, decision.reviewed_aat_uri, *who)

    def _contradicts(self, decision: Decision) -> bool:
        """Whether the rows before a row are not those that it was made after."""
        if decision.decision == "undo":
            return not self.is_active(decision.supersedes)
        if decision.decision == "restore":
            if not decision.supersedes:
                return decision.record_id not in self._history
            known = decision.supersedes in self._decisions
            return not known or self.after(decision.supersedes).label != decision.reviewed_label
        return decision.supersedes != self.of(decision.record_id).decision_id

    def _problem(self, decision: Decision) -> str:
        """The reason why a row is inconsistent with those before it; empty if it is not."""
        if decision.decision_id in self._decisions:
            return "its id occurred before"
        if decision.decision not in ("undo", "restore"):
            return ""
        target = self._decisions.get(decision.supersedes)
        if decision.decision == "restore" and not decision.supersedes:
            return ""
        if target is None or target.record_id != decision.record_id:
            return f"there is no decision {decision.supersedes!r} on its record"
        if decision.decision == "undo":
            if target.reviewer != decision.reviewer:
                return f"{decision.supersedes} is the decision of {target.reviewer}"
            if not self.is_active(decision.supersedes):
                return f"{decision.supersedes} does not stand"
        return ""
