"""Order by disagreement between models, the greatest first.

Disagreement is the Jensen-Shannon divergence of the models' calibrated probabilities (query by
committee with soft votes, McCallum and Nigam 1998): 0 if all give the same probabilities, and
greater the more confidently they predict different labels. Records labelled by fewer than two
models come last.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from qcmfm.core.errors import ReviewError
from qcmfm.records import Record
from qcmfm.review.items import Items

if TYPE_CHECKING:  # Predictions import torch, which is slow to load and not needed here.
    from qcmfm.inference.prediction import Prediction

from qcmfm.core.messages import N_

TITLE = N_("Models disagree")


def keys(items: Items, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """The negative divergence of each record, in nats.

    Raises:
        ReviewError: Fewer than two models labelled the collection.
    """
    models = [items.predictions, *items.others.values()]
    if sum(bool(predictions) for predictions in models) < 2:
        raise ReviewError(
            "Only one model has labelled the collection so far.",
            "Choose another model above, label the collection with it, and come back.",
        )
    votes, known = _votes(models, records)
    found = divergence(votes, known)
    return np.where(known.sum(0) > 1, -found, np.nan)


def divergence(
    votes: Float[np.ndarray, "model record label"], known: Bool[np.ndarray, "model record"]
) -> Float[np.ndarray, " record"]:
    """Jensen-Shannon divergence of the models' probabilities, in nats; 0 for fewer than two.

    Args:
        votes: Probability of each label, 0 to 1; 0 for labels that a model does not know.
        known: Whether each model labelled each record.
    """
    voters = known.sum(0).clip(1)
    mean = (votes * known[..., None]).sum(0) / voters[:, None]
    own = (_entropy(votes) * known).sum(0) / voters
    return (_entropy(mean) - own).clip(0)


def _entropy(shares: Float[np.ndarray, "*some label"]) -> Float[np.ndarray, "*some"]:
    return -(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(-1)


def _votes(
    models: "Sequence[Mapping[str, Prediction]]", records: Sequence[Record]
) -> tuple[Float[np.ndarray, "model record label"], Bool[np.ndarray, "model record"]]:
    """The probabilities of each model, and whether it labelled each record."""
    rankings = [
        [(place, predictions[record.record_id].ranked) for place, record in enumerate(records)
         if record.record_id in predictions]
        for predictions in models
    ]  # fmt: skip
    labels = sorted({label for found in rankings for _, ranked in found for label, _ in ranked})
    column = {label: number for number, label in enumerate(labels)}
    votes = np.zeros((len(models), len(records), len(labels)))
    known = np.zeros((len(models), len(records)), dtype=bool)
    for model, found in enumerate(rankings):
        at = [place for place, ranked in found for _ in ranked]
        columns = [column[label] for _, ranked in found for label, _ in ranked]
        votes[model, at, columns] = [share for _, ranked in found for _, share in ranked]
        known[model, [place for place, _ in found]] = True
    return votes, known
