"""Logistic regression on the caption's TF-IDF weights: a strong baseline, solved by scikit-learn.

The terms are the words and word pairs of the run's lexicon.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Int
from torch import Tensor, nn

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Fused, ModelOptions
from qcmfm.fusion.layers.halves import projection
from qcmfm.fusion.layers.solved import Solved, solve_layer

TITLE = N_("Logistic, caption")


@dataclass(frozen=True)
class LogisticTfidfOptions(ModelOptions):
    """Options of the model.

    Args:
        strength: scikit-learn's C, the inverse strength of the regularisation.
    """

    RANGES: ClassVar = {"strength": (1e-8, 1e8)}

    strength: float = 10.0


class LogisticTfidf(Solved):
    """Logistic regression on captions, see the module."""

    Options = LogisticTfidfOptions
    options: LogisticTfidfOptions
    modalities = ("text",)

    def __init__(self, shape: FeatureShape, n_labels: int, options: LogisticTfidfOptions):
        super().__init__(shape, n_labels, options)
        self.classifier: nn.Linear = projection(shape.terms, n_labels, length=1.0, bias=True)

    def fuse(self, batch: Batch) -> Fused:
        """Logits of a batch; those of a caption without a known term are the bias."""
        return Fused(self.classifier(batch.terms))

    def solve(self, views: Sequence[Iterable[Batch]], target: Int[Tensor, " record"]) -> None:
        """As in the base class; a caption has one view."""
        batches = list(views[0])
        terms = torch.cat([batch.terms for batch in batches])
        known = torch.cat([batch.has_text for batch in batches])
        if known.any():
            found = target[known].tolist()
            solve_layer(self.classifier, terms[known], found, self.options.strength)
