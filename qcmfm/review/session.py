"""A collection with its predictions and reviews, as somebody works through it."""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from qcmfm.core.errors import ReviewError
from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.inference.prediction import Prediction
from qcmfm.records import Collection, Record, label_counts
from qcmfm.review import orders
from qcmfm.review.filters import Filters
from qcmfm.review.items import Items
from qcmfm.review.state import ReviewState

KEYS = 9
"""Number of labels with a keyboard shortcut."""


@runtime_checkable
class RefreshedReview(Protocol):
    """The reviews of a collection, read again when they have changed."""

    def refresh(self) -> ReviewState:
        """The current state of review."""
        ...


class ReviewSession:
    """A collection with predictions and reviews, shared by all who review it.

    Args:
        name: Name of the collection.
        collection: Records of the collection.
        predictions: Predictions by record id; empty if there are none.
        review: The reviews of the collection.
        out_of_fold: Probabilities to compare catalogue labels with; None if not computed.
        others: Predictions of other runs, by run and record id.
    """

    def __init__(
        self,
        name: str,
        collection: Collection,
        predictions: Mapping[str, Prediction],
        review: RefreshedReview,
        out_of_fold: OutOfFold | None = None,
        others: Mapping[str, Mapping[str, Prediction]] | None = None,
    ) -> None:
        self.name = name
        self.collection = collection
        self.predictions = predictions
        self.out_of_fold = out_of_fold
        self.others = others or {}
        self._review = review
        self.records = {record.record_id: record for record in collection.records}
        self._list = list(self.records.values())
        self._recorded = label_counts(self._list)
        self._orders: dict[str, dict[str, int]] = {}
        self._stability: dict[str, Mapping[str, float]] = {}
        self._measured: dict[str, str] = {}
        self._by_label: dict[str, list[str]] = {}  # Record ids by predicted label, surest first.
        for prediction in sorted(predictions.values(), key=lambda p: -(p.confidence or 0)):
            if prediction.record_id in self.records:
                self._by_label.setdefault(prediction.label, []).append(prediction.record_id)

    def items(self) -> Items:
        """The records with predictions and current review state, for queues and orders."""
        return Items(
            self._list,
            self.predictions,
            self._review.refresh(),
            self.out_of_fold,
            stability=self._stability,
            others=self.others,
        )

    def labels(self) -> list[str]:
        """All catalogue, predicted and reviewed labels, in alphabetical order."""
        first = next(iter(self.predictions.values()), None)
        predicted = [label for label, _ in first.ranked] if first else []
        return sorted({*self._recorded, *predicted, *self._review.refresh().labels})

    def suggestions(self, record_id: str) -> list[tuple[str, float | None]]:
        """Suggested labels of a record with their probabilities, the most probable first.

        Without a prediction, the most frequent labels of the collection, with None.
        """
        prediction = self.predictions.get(record_id)
        if prediction:
            return list(prediction.ranked[:KEYS])
        decided = Counter(self._recorded) + Counter(self._review.refresh().labels.keys())
        return [(label, None) for label, _ in decided.most_common(KEYS)]

    def orders(self) -> list[str]:
        """Names of the orders whose data is available."""
        found: list[str] = []
        for name in orders.names():
            with contextlib.suppress(ReviewError):
                self.places(name)
                found.append(name)
        return found

    def measured_under(self, order: str) -> str:
        """The noise setting that an order's stability was measured under; empty if it was not."""
        return self._measured.get(orders.parts(order)[1], "")

    def set_stability(self, order: str, setting: str, stability: Mapping[str, float]) -> None:
        """Store the stability that was measured for an order, replacing any earlier one.

        Args:
            order: Name of the order: its kind, a colon and the name of a noise setting.
            setting: The noise setting as text, to notice later whether it has changed.
            stability: Stability of each record under it.
        """
        _, name = orders.parts(order)
        self._stability[name], self._measured[name] = stability, setting
        self._orders.pop(order, None)

    def places(self, order: str) -> dict[str, int]:
        """The rank of each record in an order, by record id.

        Computed once per session, so that records keep their places while somebody decides.

        Raises:
            ReviewError: There is no such order, or the data that it needs is missing.
        """
        if order not in self._orders:
            found = orders.arranged(order, self.items(), self._list)
            self._orders[order] = {record_id: place for place, record_id in enumerate(found)}
        return self._orders[order]

    def queue(self, filters: Filters, order: str) -> list[str]:
        """The ids of the records that pass the filters, in order."""
        places = self.places(order)
        return sorted(
            (record.record_id for record in filters.chosen(self.items())), key=places.__getitem__
        )

    def next_after(
        self, record_id: str, queue: Sequence[str], order: str, back: bool = False
    ) -> str:
        """The next record of a queue after another one, which may have left the queue meanwhile.

        After the last record comes the first; empty if there is no other.

        Args:
            record_id: Id of the record to continue from.
            queue: Ids that `queue` returned.
            order: Order of that queue.
            back: Whether to return the previous record instead.
        """
        places = self.places(order)
        here = places.get(record_id, -1)
        others = [other for other in queue if other != record_id]
        if not others:
            return ""
        if back:
            return next((o for o in reversed(others) if places[o] < here), others[-1])
        return next((other for other in others if places[other] > here), others[0])

    def neighbours(self, record_id: str, label: str, count: int = 6) -> list[Record]:
        """Other records with a photo predicted as `label`, surest first, except corrected ones."""
        state = self._review.refresh()
        found: list[Record] = []
        for other in self._by_label.get(label, ()):
            record, outcome = self.records[other], state.of(other)
            wrong = outcome.status != "open" and outcome.label != label
            if other != record_id and record.image and not wrong:
                found.append(record)
            if len(found) == count:
                break
        return found
