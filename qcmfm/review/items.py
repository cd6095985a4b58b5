"""What a queue is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from qcmfm.records import Record
from qcmfm.review.state import ReviewState

if TYPE_CHECKING:  # the run behind a prediction needs torch, which a queue does not
    from qcmfm.inference.prediction import Prediction


@dataclass(frozen=True)
class OutOfFold:
    """Probabilities from models that were not trained on the record they are of.

    Args:
        record_ids: The records, in the order of the rows.
        labels: The labels, in the order of the columns.
        probabilities: Each row adds up to 1.
    """

    record_ids: Sequence[str]
    labels: Sequence[str]
    probabilities: Float[np.ndarray, "record label"]


@dataclass(frozen=True)
class Items:
    """The records of a queue and what is known of them.

    Args:
        records: In the order of the collection.
        predictions: By record id; a record may lack one.
        state: What was decided.
        out_of_fold: For orders that compare with the recorded labels; None where not computed.
        seed: Of the random order.
        stability: For orders by a noise: under each noise's name, how firmly each record keeps its
            label, below 0 where it flips.
        noise: The name of the noise that the order is by; empty for none.
        others: What other models said, by run and record id.
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
        """The label a record has now: the reviewed one, else the predicted, else the recorded."""
        outcome = self.state.of(record.record_id)
        if outcome.status != "open":
            return outcome.label
        said = self.predictions.get(record.record_id)
        return (said.label if said else "") or record.label

    def confidence(self, record: Record) -> float | None:
        """How sure the model is of its label; None where it said nothing."""
        said = self.predictions.get(record.record_id)
        return said.confidence if said else None
