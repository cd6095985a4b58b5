"""The order in which the decisions on a record were made, where the rows of the log contradict it.

Rows stand in the order in which they were made until somebody sorts the file. Each row says what it
replaced: a choice supersedes the decision that was in force, an undo row the decision it undoes,
and a restoring row repeats the label that it returns to. So an order can be replayed, and is
possible only if every row finds what it says.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from qcmfm.review.decision import Decision
from qcmfm.review.state import ReviewState

_STEPS = 5_000
"""Number of rows replayed at most in search of a possible order of one record's decisions."""


class Replay:
    """Derives the review state from a log that grows, in the order in which decisions were made."""

    def __init__(self) -> None:
        self._state = ReviewState()
        self._applied, self._generation = 0, 0
        self._moved: dict[int, Decision] = {}  # Rows to apply at other places than their own.
        self._searched: Counter[str] = Counter()  # By record: contradictions that were looked at.

    @property
    def reordered(self) -> list[str]:
        """Ids of the records whose rows are not in the order in which they were made."""
        return list(dict.fromkeys(row.record_id for row in self._moved.values()))

    def follow(self, decisions: Sequence[Decision], generation: int) -> ReviewState:
        """The state after all decisions, of which those known from the last call are not repeated.

        Args:
            decisions: Every decision, in the order of the file.
            generation: Number that differs from the last call's if the file was replaced.
        """
        if self._generation != generation:
            self._state, self._applied, self._generation = ReviewState(), 0, generation
            self._moved, self._searched = {}, Counter()
        before = len(self._state.contradicted)
        for decision in decisions[self._applied :]:
            self._state.apply(decision)
        self._applied = len(decisions)
        if len(self._state.contradicted) > before:
            self._put_in_order(decisions)
        return self._state

    def _put_in_order(self, decisions: Sequence[Decision]) -> None:
        found = Counter(self._state.contradicted)
        records = {
            *self.reordered,
            *(name for name in found if found[name] != self._searched[name]),
        }
        moved = reordered(decisions, records)
        if moved != self._moved:
            self._moved = moved
            rows = (moved.get(place, decision) for place, decision in enumerate(decisions))
            self._state = ReviewState(rows)
        self._searched = Counter(self._state.contradicted)


def reordered(decisions: Sequence[Decision], record_ids: Iterable[str]) -> dict[int, Decision]:
    """The rows to exchange so that decisions on these records stand in the order they were made.

    Args:
        decisions: The rows of the log.
        record_ids: Records whose rows contradict each other.

    Returns:
        The row to read at each place whose row belongs elsewhere; other rows stay where they are.
    """
    places: dict[str, list[int]] = {record_id: [] for record_id in record_ids}
    for place, decision in enumerate(decisions):
        if decision.record_id in places:
            places[decision.record_id].append(place)
    return {
        place: row
        for found in places.values()
        for place, row in zip(found, as_made([decisions[place] for place in found]), strict=True)
        if row is not decisions[place]
    }


def as_made(rows: Sequence[Decision]) -> list[Decision]:
    """The rows about one record in the order in which they were made.

    That is their order in the file if it is possible, else the order of their times, else the first
    possible order. If rows are missing, none may be possible: then each row follows the one that it
    supersedes, and the order is left alone otherwise.
    """
    in_file, in_time = list(rows), sorted(rows, key=lambda row: row.reviewed_at)
    for order in (in_file, in_time):
        if _is_possible(order):
            return order
    found = _search(in_time)
    if found:
        return found
    for order in (in_file, in_time):
        if not _has_forward_reference(order):
            return order
    return _after_superseded(in_file)


def _is_possible(rows: Sequence[Decision]) -> bool:
    state = ReviewState()
    return all(_fits(state, row) for row in rows)


def _fits(state: ReviewState, row: Decision) -> bool:
    """Apply a row; returns whether it found what it says."""
    before = len(state.problems), len(state.contradicted)
    state.apply(row)
    return (len(state.problems), len(state.contradicted)) == before


def _search(rows: list[Decision]) -> list[Decision]:
    """A possible order of the rows, the earliest first where there is a choice; empty if none."""
    steps = 0
    stack: list[tuple[list[Decision], list[Decision]]] = [([], rows)]
    while stack and steps < _STEPS:
        done, left = stack.pop()
        if not left:
            return done
        nexts: list[tuple[list[Decision], list[Decision]]] = []
        for place, row in enumerate(left):
            steps += len(done) + 1
            if _is_possible([*done, row]):
                nexts.append(([*done, row], left[:place] + left[place + 1 :]))
        stack += reversed(nexts)
    return []


def _has_forward_reference(rows: Sequence[Decision]) -> bool:
    later = {row.decision_id for row in rows}
    for row in rows:
        if row.supersedes in later and row.supersedes != row.decision_id:
            return True
        later.discard(row.decision_id)
    return False


def _after_superseded(rows: Sequence[Decision]) -> list[Decision]:
    """Each row after the one that it supersedes; the order is left alone otherwise."""
    left, found = list(rows), list[Decision]()
    while left:
        waiting = {row.decision_id for row in left}
        ready = (n for n, row in enumerate(left) if row.supersedes not in waiting)
        found.append(left.pop(next(ready, 0)))  # In a circle, the first in the file.
    return found
