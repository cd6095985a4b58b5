"""Two logistic regressions, on photos and on captions (TF-IDF), whose outputs are averaged.

The simple baseline of the studies: solved by scikit-learn, with every view of a photo as a training
record, and fused by the mean of the log-probabilities.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Int
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Fused, ModelOptions
from qcmfm.fusion.late_fusion import mean_of_logits
from qcmfm.fusion.layers.halves import projection
from qcmfm.fusion.layers.solved import Solved, solve_layer

TITLE = N_("Logistic, late fusion")


@dataclass(frozen=True)
class LogisticLateFusionOptions(ModelOptions):
    """Options of the model.

    Args:
        image_strength: scikit-learn's C for the photos.
        text_strength: scikit-learn's C for the captions.
    """

    RANGES: ClassVar = {"image_strength": (1e-8, 1e8), "text_strength": (1e-8, 1e8)}

    image_strength: float = 0.003
    text_strength: float = 10.0


class LogisticLateFusion(Solved):
    """Averaged logistic regressions, see the module."""

    Options = LogisticLateFusionOptions
    options: LogisticLateFusionOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: LogisticLateFusionOptions):
        super().__init__(shape, n_labels, options)
        self.image = nn.Linear(shape.image_dim, n_labels)
        self.text = projection(shape.terms, n_labels, length=1.0, bias=True)

    def fuse(self, batch: Batch) -> Fused:
        """Logits of a batch in which every record has a photo or a caption."""
        seen = functional.log_softmax(self.image(self.standard_image(batch)), 1)
        read = functional.log_softmax(self.text(batch.terms), 1)
        return Fused(mean_of_logits(seen, read, batch.has_image, batch.has_text))

    def solve(self, views: Sequence[Iterable[Batch]], target: Int[Tensor, " record"]) -> None:
        """As in the base class; each regression uses the records that have its modality."""
        chosen, batches = self.options, [list(view) for view in views]
        image = torch.cat([self.standard_image(b) for view in batches for b in view])
        seen = torch.cat([batch.has_image for view in batches for batch in view])
        repeated = target.repeat(len(views))
        if seen.any():
            solve_layer(self.image, image[seen], repeated[seen].tolist(), chosen.image_strength)
        terms = torch.cat([batch.terms for batch in batches[0]])
        read = torch.cat([batch.has_text for batch in batches[0]])
        if read.any():
            solve_layer(self.text, terms[read], target[read].tolist(), chosen.text_strength)
