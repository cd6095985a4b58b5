"""A collection with its predictions and decisions, as a reviewer works on it."""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from qcmfm import exports
from qcmfm.access import Permission, requires
from qcmfm.core.errors import ReviewError
from qcmfm.explanation import attended_box
from qcmfm.exports import Export
from qcmfm.exports.reviewed import Reviewed
from qcmfm.inference.prediction import Prediction
from qcmfm.lab import saved_noise
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.noise_files import to_json
from qcmfm.records import Collection, Record, label_counts
from qcmfm.review import orders
from qcmfm.review.filters import Filters
from qcmfm.review.items import Items, OutOfFold
from qcmfm.service.decisions import OpenReview

UNSTABLE = "unstable_under_noise"
"""The order by how readily a noise changes a label."""

KEYS = 9
"""How many labels have a key of their own."""


class Desk:
    """A collection, what a run said of it and what was decided; shared by all who review it.

    Args:
        name: Of the collection.
        collection: Its records.
        predictions: By record id; empty where no run was asked.
        out_of_fold: For orders that compare with the recorded labels; None where not computed.
        others: What other runs said, by run and record id.
    """

    def __init__(
        self,
        name: str,
        collection: Collection,
        predictions: Mapping[str, Prediction],
        out_of_fold: OutOfFold | None = None,
        others: Mapping[str, Mapping[str, Prediction]] | None = None,
    ) -> None:
        self.name = name
        self.collection = collection
        self.predictions = predictions
        self.out_of_fold = out_of_fold
        self.others = others or {}
        self.review = OpenReview(name)
        self.records = {record.record_id: record for record in collection.records}
        self._list = list(self.records.values())
        self._recorded = label_counts(self._list)
        self._orders: dict[str, dict[str, int]] = {}
        self._stability: dict[str, Mapping[str, float]] = {}
        self._saved: dict[str, str] = {}
        self._alike: dict[str, list[str]] = {}
        likely = sorted(predictions.values(), key=lambda said: -(said.confidence or 0))
        for said in likely:
            if said.record_id in self.records:
                self._alike.setdefault(said.label, []).append(said.record_id)

    @requires(Permission.LOOK)
    def items(self) -> Items:
        """The records and what is known of them now."""
        return Items(
            self._list,
            self.predictions,
            self.review.refresh(),
            self.out_of_fold,
            stability=self._stability,
            others=self.others,
        )

    @requires(Permission.LOOK)
    def labels(self) -> list[str]:
        """Every label that was recorded, predicted or decided, in alphabetical order."""
        said = next(iter(self.predictions.values()), None)
        predicted = [label for label, _ in said.ranked] if said else []
        return sorted({*self._recorded, *predicted, *self.review.refresh().labels})

    @requires(Permission.LOOK)
    def proposals(self, record_id: str) -> list[tuple[str, float | None]]:
        """The labels that have a key on a record, likeliest first, with their probabilities.

        Without a prediction: the labels that the collection has most of.
        """
        said = self.predictions.get(record_id)
        if said:
            return list(said.ranked[:KEYS])
        decided = Counter(self._recorded) + Counter(self.review.refresh().labels.keys())
        return [(label, None) for label, _ in decided.most_common(KEYS)]

    @requires(Permission.LOOK)
    def orders(self) -> list[str]:
        """The orders that have what they need."""
        found: list[str] = []
        for name in orders.names():
            with contextlib.suppress(ReviewError):
                self.places(name)
                found.append(name)
        return [*found, *self.noise_orders()]

    @requires(Permission.LOOK)
    def noise_orders(self) -> list[str]:
        """An order by each noise that was saved; empty where the records have no predictions."""
        names = saved_noise.saved_names() if self.predictions else []
        return [f"{UNSTABLE}:{name}" for name in names]

    @requires(Permission.LOOK)
    def unmeasured(self, order: str) -> NoiseSetting | None:
        """The noise that the records are to be measured under before they can be in an order.

        Raises:
            CircuitError: The saved noise cannot be read.
        """
        kind, name = orders.parts(order)
        if kind != UNSTABLE or name not in saved_noise.saved_names():
            return None
        saved = saved_noise.open_setting(name)
        return None if self._saved.get(name) == to_json(saved) else saved

    @requires(Permission.LOOK)
    def keep_stability(
        self, order: str, measured: NoiseSetting, stability: Mapping[str, float]
    ) -> None:
        """Take what was measured for an order, in place of what was.

        Args:
            order: As `noise_orders` names it.
            measured: The noise.
            stability: What `measure_stability` found under it.
        """
        _, name = orders.parts(order)
        self._stability[name], self._saved[name] = stability, to_json(measured)
        self._orders.pop(order, None)

    @requires(Permission.LOOK)
    def places(self, order: str) -> dict[str, int]:
        """Each record's place in an order.

        Computed once for a desk, so that records do not jump about while somebody decides.

        Raises:
            ReviewError: There is no such order, or it lacks what it needs.
        """
        if order not in self._orders:
            found = orders.arranged(order, self.items(), self._list)
            self._orders[order] = {record_id: place for place, record_id in enumerate(found)}
        return self._orders[order]

    @requires(Permission.LOOK)
    def queue(self, filters: Filters, order: str) -> list[str]:
        """The ids of the records that pass the filters, in order."""
        places = self.places(order)
        return sorted(
            (record.record_id for record in filters.chosen(self.items())), key=places.__getitem__
        )

    @requires(Permission.LOOK)
    def next_after(
        self, record_id: str, queue: Sequence[str], order: str, back: bool = False
    ) -> str:
        """The record of a queue that comes after another, which need not be in it any more.

        After the last comes the first; empty where there is no other.

        Args:
            record_id: The record to go on from.
            queue: What `queue` gave.
            order: Of that queue.
            back: The one before instead.
        """
        places = self.places(order)
        here = places.get(record_id, -1)
        others = [other for other in queue if other != record_id]
        if not others:
            return ""
        if back:
            return next((o for o in reversed(others) if places[o] < here), others[-1])
        return next((other for other in others if places[other] > here), others[0])

    @requires(Permission.LOOK)
    def neighbours(self, record_id: str, label: str, count: int = 6) -> list[Record]:
        """Other records with a photo that have a label: the model's surest, unless corrected."""
        state = self.review.refresh()
        found: list[Record] = []
        for other in self._alike.get(label, ()):
            record, outcome = self.records[other], state.of(other)
            wrong = outcome.status != "open" and outcome.label != label
            if other != record_id and record.image and not wrong:
                found.append(record)
            if len(found) == count:
                break
        return found

    @requires(Permission.EXPORT, on=("name",))
    def export(self, name: str) -> Export:
        """The reviewed collection in one of the formats of `exports.names()`.

        Raises:
            ReviewError: There is no such format, or the log cannot be read.
        """
        state = self.review.refresh()
        decisions = list(self.review.log.decisions)
        reviewed = Reviewed(self.name, self.collection, self.predictions, state, decisions)
        return exports.export(name, reviewed)


@requires(Permission.LOOK)
def attended(heat: Float[np.ndarray, "row column"], word: str) -> dict[str, list[dict[str, Any]]]:
    """The region that a word took most from, as the evidence of a decision.

    Args:
        heat: How much it took from each region; adds up to 1.
        word: As the caption has it.
    """
    return {"boxes": [attended_box(heat, word)]}
