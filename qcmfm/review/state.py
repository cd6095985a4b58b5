"""What follows from the log: what holds of each record, and what can be undone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from qcmfm.review.decision import Decision

STATUSES = ("open", "accepted", "corrected", "unsure")
_STATUS = {"accept": "accepted", "correct": "corrected", "unsure": "unsure"}


class Outcome(NamedTuple):
    """What holds of a record.

    Args:
        status: One of `STATUSES`.
        label: The label that was decided; empty where none was.
        aat_uri: Its concept; empty where none is known.
        reviewer: Who decided; empty for a record nobody decided on.
        reviewed_at: When; UTC, ISO 8601.
        decision_id: The decision in force; empty where there is none.
    """

    status: str = "open"
    label: str = ""
    aat_uri: str = ""
    reviewer: str = ""
    reviewed_at: str = ""
    decision_id: str = ""


OPEN = Outcome()


class ReviewState:
    """The state of every record, derived from decisions in the order of the log.

    In force is a record's last decision that was not undone. A row that cannot be, such as the
    undoing of what is undone already, changes nothing and is told in `problems`.

    Attributes:
        labels: Every label that was decided on, with its concept.
        problems: Rows that changed nothing, a sentence each.
    """

    def __init__(self, decisions: Iterable[Decision] = ()):
        self.labels: dict[str, str] = {}
        self.problems: list[str] = []
        self._decisions: dict[str, Decision] = {}
        self._history: dict[str, list[Decision]] = {}  # of a record
        self._live: dict[str, list[Outcome]] = {}  # of a record: what its standing decisions said
        self._current: dict[str, Outcome] = {}  # of a record; other threads read it meanwhile
        self._after: dict[str, Outcome] = {}  # a row's id: what held of its record then
        self._stacks: dict[str, dict[str, None]] = {}  # a reviewer's standing decisions, in order
        self._batches: dict[str, list[str]] = {}
        for decision in decisions:
            self.apply(decision)

    def apply(self, decision: Decision) -> None:
        """Take in the next row of the log."""
        problem = self._problem(decision)
        if problem:
            self.problems.append(f"Decision {decision.decision_id}: {problem}.")
            return
        record_id = decision.record_id
        live = self._live.setdefault(record_id, [])
        if decision.decision == "undo":
            live[:] = [said for said in live if said.decision_id != decision.supersedes]
            stack = self._stacks[decision.reviewer]
            del stack[decision.supersedes]
        else:
            said = self._said(decision)
            live.append(said)
            self._stacks.setdefault(decision.reviewer, {})[decision.decision_id] = None
            if decision.batch_id:
                self._batches.setdefault(decision.batch_id, []).append(decision.decision_id)
            if said.label:
                self.labels[said.label] = said.aat_uri or self.labels.get(said.label, "")
        self._decisions[decision.decision_id] = decision
        self._history.setdefault(record_id, []).append(decision)
        self._current[record_id] = live[-1] if live else OPEN
        self._after[decision.decision_id] = self._current[record_id]

    def of(self, record_id: str) -> Outcome:
        """What holds of a record."""
        return self._current.get(record_id, OPEN)

    def after(self, decision_id: str) -> Outcome:
        """What held of a decision's record right after it; for an empty id, the beginning."""
        return self._after.get(decision_id, OPEN)

    def decision(self, decision_id: str) -> Decision | None:
        """A decision by its id."""
        return self._decisions.get(decision_id)

    def history(self, record_id: str) -> list[Decision]:
        """Every decision on a record, oldest first, undone ones and undoings too."""
        return list(self._history.get(record_id, ()))

    def stands(self, decision_id: str) -> bool:
        """Whether it is a decision that was not undone; an undoing itself does not stand."""
        found = self._decisions.get(decision_id)
        return found is not None and decision_id in self._stacks.get(found.reviewer, {})

    def in_force(self, reviewer: str) -> list[Decision]:
        """A reviewer's decisions that were not undone, oldest first: what can be undone."""
        return [
            self._decisions[decision_id] for decision_id in list(self._stacks.get(reviewer, {}))
        ]

    def last_step(self, reviewer: str, without: Sequence[str] = ()) -> list[Decision]:
        """What one undoing takes back: the last decision, or all that stands of its batch.

        Args:
            reviewer: Whose.
            without: Decisions to pass over: those that are being undone already.
        """
        stack, passed = self._stacks.get(reviewer, {}), set(without)
        last = next((found for found in reversed(stack) if found not in passed), None)
        if last is None:
            return []
        batch = self._batches.get(self._decisions[last].batch_id, [last])
        ids = [found for found in batch if found in stack and found not in passed]
        return [self._decisions[found] for found in ids]

    def opinions(self, record_id: str) -> dict[str, Outcome]:
        """What each reviewer last said of a record and did not take back."""
        return {said.reviewer: said for said in list(self._live.get(record_id, ()))}

    def reviewed(self) -> list[str]:
        """The records that anybody ever decided on, in the order of their first decision."""
        return list(self._history)

    def reviewers(self) -> list[str]:
        """Everybody who ever decided, by name."""
        return sorted(list(self._stacks))

    def counts(self, record_ids: Iterable[str]) -> dict[str, int]:
        """Number of these records in each status."""
        found = Counter(self.of(record_id).status for record_id in record_ids)
        return {status: found[status] for status in STATUSES}

    def _said(self, decision: Decision) -> Outcome:
        who = (decision.reviewer, decision.reviewed_at, decision.decision_id)
        if decision.decision == "restore":
            old = self.after(decision.supersedes)
            return Outcome(old.status, old.label, old.aat_uri, *who)
        status = _STATUS[decision.decision]
        if status == "unsure":
            return Outcome(status, "", "", *who)
        return Outcome(status, decision.reviewed_label, decision.reviewed_aat_uri, *who)

    def _problem(self, decision: Decision) -> str:
        """Why a row cannot be; empty where it can."""
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
            if not self.stands(decision.supersedes):
                return f"{decision.supersedes} does not stand"
        return ""
