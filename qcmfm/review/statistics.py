"""Statistics of the review: decisions per day, corrections by label, acceptance by confidence."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qcmfm.evaluation import wilson
from qcmfm.review.decision import Decision
from qcmfm.review.state import ReviewState
from qcmfm.review.tables import decisions_table

if TYPE_CHECKING:
    import pandas as pd

BINS = 10


def decisions_a_day(state: ReviewState) -> "pd.DataFrame":
    """Number of decisions not undone by day (UTC, ISO 8601) and reviewer, in order of days.

    Returns:
        Columns `day`, `reviewer`, `decisions`.
    """
    table = decisions_table(_standing(state))
    days = table.assign(day=table["reviewed_at"].str[:10]).groupby(["day", "reviewer"])
    return days.size().reset_index(name="decisions")


def corrections_by_label(state: ReviewState) -> "pd.DataFrame":
    """Number of corrected records by predicted and reviewed label, most frequent first.

    Returns:
        Columns `model_label`, `reviewed_label`, `records`.
    """
    table = decisions_table(_in_force(state))
    corrected = table[table["decision"] == "correct"]
    labels = corrected.groupby(["model_label", "reviewed_label"], sort=False)
    counts = labels.size().sort_values(ascending=False, kind="stable")
    return counts.reset_index(name="records")


def accepted_by_confidence(state: ReviewState, bins: int = BINS) -> "pd.DataFrame":
    """Acceptance of predictions by confidence, in bins of equal width.

    The decision in force on each record counts; restored and unsure records are left out.

    Returns:
        A row for each bin in which there are records. Columns: `low` and `high` end of the range
        of confidence, 0 to 1, the high end exclusive except in the last bin; `records` accepted or
        corrected; `accepted` records; their `share`, 0 to 1, and its 95% interval (Wilson 1927),
        `share_low` to `share_high`.
    """
    import pandas as pd

    table = decisions_table(_in_force(state))
    confidence = pd.to_numeric(table["confidence"], errors="coerce")
    counted = table["decision"].isin(["accept", "correct"]) & confidence.between(0, 1)
    place = (confidence[counted] * bins).astype(int).clip(upper=bins - 1)
    is_accepted = table.loc[counted, "decision"] == "accept"
    found = is_accepted.groupby(place).agg(records="size", accepted="sum")
    share = found["accepted"] / found["records"]
    intervals = [wilson(*pair) for pair in zip(share, found["records"], strict=True)]
    return found.assign(
        low=found.index / bins,
        high=(found.index + 1) / bins,
        share=share,
        share_low=[low for low, _ in intervals],
        share_high=[high for _, high in intervals],
    ).reset_index(drop=True)


def _standing(state: ReviewState) -> Iterable[Decision]:
    """Every decision that was not undone."""
    for reviewer in state.reviewers():
        yield from state.active_decisions(reviewer)


def _in_force(state: ReviewState) -> Iterable[Decision]:
    """The decision in force of every record that has one."""
    for record_id in state.reviewed():
        decision = state.decision(state.of(record_id).decision_id)
        if decision is not None:
            yield decision
