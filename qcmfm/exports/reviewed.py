"""What an export is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qcmfm.core.clock import utc_now_ms
from qcmfm.records import Collection
from qcmfm.review.decision import Decision
from qcmfm.review.state import ReviewState

if TYPE_CHECKING:  # the run behind a prediction needs torch, which an export does not
    from qcmfm.inference.prediction import Prediction


@dataclass(frozen=True)
class Reviewed:
    """A collection and what was decided on it.

    Args:
        name: Of the collection; the file is named after it.
        collection: The records.
        predictions: By record id; a record may lack one.
        state: What was decided.
        decisions: Every row of the review log, in order.
        exported_at: UTC, ISO 8601.
    """

    name: str
    collection: Collection
    predictions: "Mapping[str, Prediction]"
    state: ReviewState
    decisions: Sequence[Decision] = ()
    exported_at: str = field(default_factory=utc_now_ms)
