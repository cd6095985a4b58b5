"""How the review goes: decisions a day, corrections by label, acceptance by confidence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from qcmfm.evaluation import wilson
from qcmfm.review.decision import Decision
from qcmfm.review.state import ReviewState

BINS = 10


@dataclass(frozen=True)
class ConfidenceBin:
    """What became of predictions of like confidence.

    Args:
        low: Lowest confidence, 0 to 1; belongs to the bin.
        high: Highest confidence; belongs to the next bin, if there is one.
        records: How many were accepted or corrected.
        accepted: How many were accepted.
    """

    low: float
    high: float
    records: int
    accepted: int

    @property
    def share(self) -> float | None:
        """Share that was accepted, 0 to 1; None where there is none."""
        return self.accepted / self.records if self.records else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The share's 95% interval (Wilson 1927); None where there is none."""
        return wilson(self.accepted / self.records, self.records) if self.records else None


def decisions_a_day(state: ReviewState) -> dict[str, dict[str, int]]:
    """Number of decisions that stand by day (UTC, ISO 8601) and reviewer, days in order."""
    days: dict[str, Counter[str]] = {}
    for decision in _standing(state):
        days.setdefault(decision.reviewed_at[:10], Counter())[decision.reviewer] += 1
    return {day: dict(days[day]) for day in sorted(days)}


def corrections_by_label(state: ReviewState) -> dict[tuple[str, str], int]:
    """Number of corrected records by predicted and reviewed label, most frequent first."""
    found = Counter(
        (decision.model_label, decision.reviewed_label)
        for decision in _in_force(state)
        if decision.decision == "correct"
    )
    return dict(found.most_common())


def accepted_by_confidence(state: ReviewState, bins: int = BINS) -> list[ConfidenceBin]:
    """What share of the predictions was accepted, by confidence, in bins of equal width.

    Of each record the decision in force counts; restored ones and those of which nobody could tell
    are left out.
    """
    records, accepted = [0] * bins, [0] * bins
    for decision in _in_force(state):
        confidence = decision.probability
        if confidence is None or not 0 <= confidence <= 1:
            continue
        if decision.decision in ("accept", "correct"):
            place = min(int(confidence * bins), bins - 1)
            records[place] += 1
            accepted[place] += decision.decision == "accept"
    return [
        ConfidenceBin(place / bins, (place + 1) / bins, records[place], accepted[place])
        for place in range(bins)
    ]


def _standing(state: ReviewState) -> Iterable[Decision]:
    """Every decision that was not undone."""
    for reviewer in state.reviewers():
        yield from state.in_force(reviewer)


def _in_force(state: ReviewState) -> Iterable[Decision]:
    """The decision in force of every record that has one."""
    for record_id in state.reviewed():
        decision = state.decision(state.of(record_id).decision_id)
        if decision is not None:
            yield decision
