"""Logistic regression on the photo's mean region vector and the caption's sentence vector.

Solved by scikit-learn on standardised values; a missing modality counts as the mean. Every view of
a photo is a training record.
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
from qcmfm.fusion.layers.solved import Solved, solve_layer

TITLE = N_("Logistic, embeddings")


@dataclass(frozen=True)
class LogisticEmbeddingsOptions(ModelOptions):
    """Options of the model.

    Args:
        strength: scikit-learn's C, the inverse strength of the regularisation.
    """

    RANGES: ClassVar = {"strength": (1e-8, 1e8)}

    strength: float = 0.003


class LogisticEmbeddings(Solved):
    """Logistic regression on embeddings, see the module."""

    Options = LogisticEmbeddingsOptions
    options: LogisticEmbeddingsOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: LogisticEmbeddingsOptions):
        super().__init__(shape, n_labels, options)
        self.classifier = nn.Linear(shape.image_dim + shape.sentence_dim, n_labels)

    def fuse(self, batch: Batch) -> Fused:
        """Logits of a batch in which every record has a photo or a caption."""
        return Fused(self.classifier(self._both(batch)))

    def solve(self, views: Sequence[Iterable[Batch]], target: Int[Tensor, " record"]) -> None:
        """As in the base class."""
        features = torch.cat([self._both(batch) for view in views for batch in view])
        repeated = target.repeat(len(views)).tolist()
        solve_layer(self.classifier, features, repeated, self.options.strength)

    def _both(self, batch: Batch) -> Tensor:
        image = self.standard_image(batch) * batch.has_image[:, None]
        return torch.cat([image, self.standard_sentence(batch) * batch.has_text[:, None]], 1)
