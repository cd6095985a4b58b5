"""Agreement of reviewers beyond chance: Cohen's and Fleiss' kappa."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from qcmfm.review.state import ReviewState


@dataclass(frozen=True)
class PairAgreement:
    """Agreement of two reviewers.

    Args:
        reviewers: Names of the two reviewers.
        records: Number of records that both decided on.
        agreed: Share of those records on which they chose the same label, 0 to 1.
        kappa: Cohen's kappa; None if undefined, since both always chose one and the same label.
    """

    reviewers: tuple[str, str]
    records: int
    agreed: float
    kappa: float | None


@dataclass(frozen=True)
class Agreement:
    """Agreement of the reviewers of a collection.

    Args:
        records: Number of records that two or more reviewers decided on.
        fleiss: Fleiss' kappa over these records; None if there are none or it is undefined.
        pairs: Pairs of reviewers with a record in common, those with most records first.
    """

    records: int
    fleiss: float | None
    pairs: list[PairAgreement]


def agreement(state: ReviewState) -> Agreement:
    """Measure agreement on the records that more than one reviewer decided on.

    For each reviewer the last label that was accepted or corrected and not undone counts; 'unsure'
    is no label and is left out. Reviewers see each other's decisions, so these are not independent
    ratings.
    """
    ratings = {record_id: labels_of(state, record_id) for record_id in state.reviewed()}
    shared = {record_id: labels for record_id, labels in ratings.items() if len(labels) > 1}
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for labels in shared.values():
        for one, other in combinations(sorted(labels), 2):
            pairs.setdefault((one, other), []).append((labels[one], labels[other]))
    found = [
        PairAgreement(who, len(both), sum(a == b for a, b in both) / len(both), cohen_kappa(both))
        for who, both in pairs.items()
    ]
    found.sort(key=lambda pair: (-pair.records, pair.reviewers))
    fleiss = fleiss_kappa([list(labels.values()) for labels in shared.values()])
    return Agreement(len(shared), fleiss, found)


def labels_of(state: ReviewState, record_id: str) -> dict[str, str]:
    """The label that each reviewer last chose for a record, by reviewer."""
    opinions = state.opinions(record_id)
    return {reviewer: opinion.label for reviewer, opinion in opinions.items() if opinion.label}


def cohen_kappa(both: Sequence[tuple[str, str]]) -> float | None:
    """Agreement of two reviewers beyond chance (Cohen 1960); None if undefined.

    Args:
        both: For each record, the label of the first and of the second reviewer.
    """
    if not both:
        return None
    n = len(both)
    observed = sum(one == other for one, other in both) / n
    first, second = Counter(one for one, _ in both), Counter(other for _, other in both)
    by_chance = sum(count * second[label] for label, count in first.items()) / n**2
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def fleiss_kappa(labels: Sequence[Sequence[str]]) -> float | None:
    """Agreement of many reviewers beyond chance (Fleiss 1971); None if undefined.

    Generalised to records with different numbers of reviewers: the agreement on a record is the
    share of its own pairs that agree, and every choice has the same weight in the share of a label.
    With equal numbers this is Fleiss' formula.

    Args:
        labels: Labels of each record; records with fewer than two are left out.
    """
    shared = [Counter(labels) for labels in labels if len(labels) > 1]
    if not shared:
        return None
    observed = sum(_agreeing_pairs(counts) for counts in shared) / len(shared)
    totals: Counter[str] = sum(shared, Counter())
    by_chance = sum((count / totals.total()) ** 2 for count in totals.values())
    return None if len(totals) == 1 else (observed - by_chance) / (1 - by_chance)


def _agreeing_pairs(counts: Counter[str]) -> float:
    """Share of a record's pairs of reviewers that chose the same label."""
    n = counts.total()
    return sum(count * (count - 1) for count in counts.values()) / (n * (n - 1))
