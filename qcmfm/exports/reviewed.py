"""The input of exports: a collection with its predictions and reviews."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qcmfm.core.clock import utc_now_ms
from qcmfm.records import Collection
from qcmfm.review.decision import Decision
from qcmfm.review.state import ReviewState

if TYPE_CHECKING:  # Predictions import torch, which is slow to load and not needed here.
    from qcmfm.inference.prediction import Prediction


@dataclass(frozen=True)
class Reviewed:
    """A collection with its predictions and reviews.

    Args:
        name: Name of the collection, after which the file is named.
        collection: Records of the collection.
        predictions: Predictions by record id; records may lack one.
        state: Review state of the collection.
        decisions: Rows of the review log, in order.
        exported_at: Time of the export, UTC, ISO 8601.
    """

    name: str
    collection: Collection
    predictions: "Mapping[str, Prediction]"
    state: ReviewState
    decisions: Sequence[Decision] = ()
    exported_at: str = field(default_factory=utc_now_ms)
