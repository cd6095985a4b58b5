"""The review session of a collection with permission checks, its saved noise and its exports."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from qcmfm import exports
from qcmfm.access import Permission, inherited_require, requires
from qcmfm.explanation import attended_box
from qcmfm.exports import Export
from qcmfm.exports.reviewed import Reviewed
from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.inference.prediction import Prediction
from qcmfm.lab import saved_noise
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.noise_files import to_json
from qcmfm.records import Collection
from qcmfm.review import orders
from qcmfm.review.session import ReviewSession
from qcmfm.service.decisions import OpenReview

UNSTABLE = "unstable_under_noise"
"""The order by stability of the label under noise."""


@inherited_require(Permission.LOOK, logged_as="Desk")
class OpenReviewSession(ReviewSession):
    """A review session as pages and other programs use it, shared by all who review.

    Args:
        name: Name of the collection.
        collection: Records of the collection.
        predictions: Predictions by record id; empty if there are none.
        out_of_fold: Probabilities to compare catalogue labels with; None if not computed.
        others: Predictions of other runs, by run and record id.
    """

    def __init__(
        self,
        name: str,
        collection: Collection,
        predictions: Mapping[str, Prediction],
        out_of_fold: OutOfFold | None = None,
        others: Mapping[str, Mapping[str, Prediction]] | None = None,
    ) -> None:
        self.review = OpenReview(name)
        super().__init__(name, collection, predictions, self.review, out_of_fold, others)

    @requires(Permission.LOOK, logged_as="Desk.orders")
    def orders(self) -> list[str]:
        """Names of the orders whose data is available, and those by a saved noise setting."""
        return [*super().orders(), *self.noise_orders()]

    @requires(Permission.LOOK, logged_as="Desk.noise_orders")
    def noise_orders(self) -> list[str]:
        """Names of the orders by each saved noise setting; empty without predictions."""
        names = saved_noise.saved_names() if self.predictions else []
        return [f"{UNSTABLE}:{name}" for name in names]

    @requires(Permission.LOOK, logged_as="Desk.unmeasured")
    def unmeasured(self, order: str) -> NoiseSetting | None:
        """The noise setting under which stability must be measured before an order can be used.

        None if the order needs no such measurement, or it was made already.

        Raises:
            CircuitError: The saved noise setting cannot be read.
        """
        kind, name = orders.parts(order)
        if kind != UNSTABLE or name not in saved_noise.saved_names():
            return None
        saved = saved_noise.open_setting(name)
        return None if self.measured_under(order) == to_json(saved) else saved

    @requires(Permission.LOOK, logged_as="Desk.keep_stability")
    def keep_stability(
        self, order: str, measured: NoiseSetting, stability: Mapping[str, float]
    ) -> None:
        """Store the stability that was measured for an order, replacing any earlier one.

        Args:
            order: Name of the order, one of `noise_orders`.
            measured: Noise setting.
            stability: Stability of each record under it, from `measure_stability`.
        """
        self.set_stability(order, to_json(measured), stability)

    @requires(Permission.EXPORT, on=("name",), logged_as="Desk.export")
    def export(self, name: str) -> Export:
        """Export the reviewed collection in a format, one of `exports.names()`.

        Raises:
            ReviewError: There is no such format, or the log cannot be read.
        """
        state = self.review.refresh()
        decisions = list(self.review.log.decisions)
        reviewed = Reviewed(self.name, self.collection, self.predictions, state, decisions)
        return exports.export(name, reviewed)


@requires(Permission.LOOK)
def attended(heat: Float[np.ndarray, "row column"], word: str) -> dict[str, list[dict[str, Any]]]:
    """The region that a word attended to most, as the evidence of a decision.

    Args:
        heat: Attention of the word over the regions; adds up to 1.
        word: The word as it is written in the caption.
    """
    return {"boxes": [attended_box(heat, word)]}
