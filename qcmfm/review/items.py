"""Records with predictions and review state: the input of queues and their orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.records import Record
from qcmfm.review.state import ReviewState

if TYPE_CHECKING:  # Predictions import torch, which is slow to load and not needed here.
    from qcmfm.inference.prediction import Prediction


@dataclass(frozen=True)
class Items:
    """The records of a queue and what the orders need to know about them.

    Args:
        records: Records, in the order of the collection.
        predictions: Predictions by record id; records may lack one.
        state: Review state of the collection.
        out_of_fold: Probabilities to compare catalogue labels with; None if not computed.
        seed: Seed of the random order.
        stability: By name of a noise setting and record id, the margin by which the record keeps
            its label under the noise, -1 to 1; below 0 if the label changes.
        noise: Name of the noise setting to order by; empty for none.
        others: Predictions of other models, by run and record id.
    """

    records: Sequence[Record]
    predictions: "Mapping[str, Prediction]"
    state: ReviewState
    out_of_fold: OutOfFold | None = None
    seed: int = 0
    stability: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    noise: str = ""
    others: "Mapping[str, Mapping[str, Prediction]]" = field(default_factory=dict)

    def label_now(self, record: Record) -> str:
        """The current label: the reviewed one, else the predicted, else the catalogue label."""
        outcome = self.state.of(record.record_id)
        if outcome.status != "open":
            return outcome.label
        prediction = self.predictions.get(record.record_id)
        return (prediction.label if prediction else "") or record.label

    def confidence(self, record: Record) -> float | None:
        """The model's confidence in its label, 0 to 1; None without a prediction."""
        prediction = self.predictions.get(record.record_id)
        return prediction.confidence if prediction else None
