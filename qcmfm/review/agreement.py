"""How far reviewers agree beyond chance: Cohen's and Fleiss' kappa."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from qcmfm.review.state import ReviewState


@dataclass(frozen=True)
class PairAgreement:
    """How far two reviewers agree.

    Args:
        reviewers: The two.
        records: How many records both decided on.
        agreed: Share of those on which they chose the same label, 0 to 1.
        kappa: Cohen's kappa; None where it is not defined, as both always chose one same label.
    """

    reviewers: tuple[str, str]
    records: int
    agreed: float
    kappa: float | None


@dataclass(frozen=True)
class Agreement:
    """How far the reviewers of a collection agree.

    Args:
        records: How many records two or more decided on.
        fleiss: Fleiss' kappa over them; None where there is none or it is not defined.
        pairs: Each two reviewers who decided on a same record, most records first.
    """

    records: int
    fleiss: float | None
    pairs: list[PairAgreement]


def agreement(state: ReviewState) -> Agreement:
    """How far reviewers agree on the records that more than one of them decided on.

    What counts is the label that each last chose and did not take back, by accepting or
    correcting; 'cannot tell' is no label and is left out. Reviewers see each other's decisions, so
    this says how far they agree, not how far they would if they did not know.
    """
    ratings = {record_id: labels_of(state, record_id) for record_id in state.reviewed()}
    shared = {record_id: said for record_id, said in ratings.items() if len(said) > 1}
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for said in shared.values():
        for one, other in combinations(sorted(said), 2):
            pairs.setdefault((one, other), []).append((said[one], said[other]))
    found = [
        PairAgreement(who, len(both), sum(a == b for a, b in both) / len(both), cohen_kappa(both))
        for who, both in pairs.items()
    ]
    found.sort(key=lambda pair: (-pair.records, pair.reviewers))
    return Agreement(
        len(shared), fleiss_kappa([list(said.values()) for said in shared.values()]), found
    )


def labels_of(state: ReviewState, record_id: str) -> dict[str, str]:
    """The label that each reviewer last chose for a record, by reviewer."""
    said = state.opinions(record_id)
    return {reviewer: outcome.label for reviewer, outcome in said.items() if outcome.label}


def cohen_kappa(both: Sequence[tuple[str, str]]) -> float | None:
    """Agreement of two reviewers beyond chance (Cohen 1960); None where not defined.

    Args:
        both: The two labels of each record.
    """
    if not both:
        return None
    n = len(both)
    observed = sum(one == other for one, other in both) / n
    first, second = Counter(one for one, _ in both), Counter(other for _, other in both)
    by_chance = sum(count * second[label] for label, count in first.items()) / n**2
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def fleiss_kappa(labels: Sequence[Sequence[str]]) -> float | None:
    """Agreement of many reviewers beyond chance (Fleiss 1971); None where not defined.

    Records may have different numbers of reviewers, which Fleiss did not foresee: a record's
    agreement is the share of its own pairs that agree, and each choice counts alike for the share
    of a label. With equal numbers this is Fleiss' formula.

    Args:
        labels: The labels of each record; those with fewer than two are left out.
    """
    shared = [Counter(labels) for labels in labels if len(labels) > 1]
    if not shared:
        return None
    observed = sum(_agreeing_pairs(counts) for counts in shared) / len(shared)
    totals: Counter[str] = sum(shared, Counter())
    by_chance = sum((count / totals.total()) ** 2 for count in totals.values())
    return None if len(totals) == 1 else (observed - by_chance) / (1 - by_chance)


def _agreeing_pairs(counts: Counter[str]) -> float:
    """Share of the pairs of reviewers of a record that chose the same label."""
    n = counts.total()
    return sum(count * (count - 1) for count in counts.values()) / (n * (n - 1))
