"""Filters of the review queue, which a link can carry."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qcmfm.records import SPLITS, Record
from qcmfm.review.items import Items
from qcmfm.review.selections import read_selection
from qcmfm.review.state import STATUSES


@dataclass(frozen=True)
class Filters:
    """Conditions on records; an empty field sets no condition.

    Args:
        labels: Current labels: the reviewed one, else the predicted one, else the catalogue label.
            An empty label stands for records without one.
        statuses: Review statuses, from `STATUSES`.
        reviewers: Reviewers who made the decision in force.
        splits: Splits, from `SPLITS`; an empty one stands for records without a split.
        text: Words that all occur in the id or caption, regardless of case.
        least: Lowest confidence of the prediction, 0 to 1.
        most: Highest confidence, 0 to 1. Records without a prediction pass if neither limit is set.
        pick: Name of a saved selection of records; see `selections`. Ignored if unknown.
    """

    labels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    text: str = ""
    least: float = 0.0
    most: float = 1.0
    pick: str = ""

    def to_query(self) -> dict[str, list[str]]:
        """The query parameters of a link; fields that are not set are left out."""
        query = {name: list(getattr(self, field)) for name, field in _LISTS.items()}
        query["text"] = [self.text] if self.text else []
        query["least"] = [repr(self.least)] if self.least != 0 else []
        query["most"] = [repr(self.most)] if self.most != 1 else []
        query["pick"] = [self.pick] if self.pick else []
        return {name: values for name, values in query.items() if values}

    @classmethod
    def from_query(cls, query: Mapping[str, str | Sequence[str]]) -> "Filters":
        """The filters of a link; invalid and unknown parameters are ignored."""
        given = {
            name: (values,) if isinstance(values, str) else tuple(values)
            for name, values in query.items()
        }
        lists = {field: given.get(name, ()) for name, field in _LISTS.items()}
        lists["statuses"] = tuple(name for name in lists["statuses"] if name in STATUSES)
        lists["splits"] = tuple(name for name in lists["splits"] if name in ("", *SPLITS))
        return cls(
            **lists,
            text=next(iter(given.get("text", ())), ""),
            least=_share(given.get("least", ()), 0.0),
            most=_share(given.get("most", ()), 1.0),
            pick=next(iter(given.get("pick", ())), ""),
        )

    def chosen(self, items: Items) -> list[Record]:
        """The records that pass the filters, in the order of the collection."""
        words = self.text.casefold().split()
        selection = read_selection(self.pick) if self.pick else None
        return [
            record
            for record in items.records
            if (selection is None or record.record_id in selection)
            and self._passes(record, items, words)
        ]

    def _passes(self, record: Record, items: Items, words: Sequence[str]) -> bool:
        if self.splits and record.split not in self.splits:
            return False
        if self.statuses or self.reviewers:
            outcome = items.state.of(record.record_id)
            if self.statuses and outcome.status not in self.statuses:
                return False
            if self.reviewers and outcome.reviewer not in self.reviewers:
                return False
        if self.labels and items.label_now(record) not in self.labels:
            return False
        if self.least > 0 or self.most < 1:
            confidence = items.confidence(record)
            if confidence is None or not self.least <= confidence <= self.most:
                return False
        if words:
            text = f"{record.record_id}\n{record.caption}".casefold()
            return all(word in text for word in words)
        return True


# Singular, since a link repeats the parameter: ?label=gold&label=silver
_LISTS = {"label": "labels", "status": "statuses", "reviewer": "reviewers", "split": "splits"}


def _share(values: Sequence[str], default: float) -> float:
    """A share from a link, limited to 0 to 1; the default if it is missing or no number."""
    try:
        value = float(values[0])
    except (IndexError, ValueError):
        return default
    return min(1.0, max(0.0, value)) if math.isfinite(value) else default
