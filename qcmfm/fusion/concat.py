"""Fusion by concatenation, without attention: the simplest baseline.

The photo's mean region vector, the sentence vector and the lexicon terms are the input of a network
with one hidden layer. One matrix per input, as here, is the same as one matrix for their
concatenation.
"""

from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import FeatureShape
from qcmfm.fusion.base import Fused
from qcmfm.fusion.layers.pooled import Pooled, PooledOptions

TITLE = N_("Photo beside caption")


@dataclass(frozen=True)
class ConcatOptions(PooledOptions):
    """Options of the model: those of its pooled vectors."""


class Concat(Pooled):
    """Concatenated features and one hidden layer, see the module."""

    Options = ConcatOptions
    options: ConcatOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: ConcatOptions):
        super().__init__(shape, n_labels, options)
        self.norm = nn.LayerNorm(options.width)
        self.classifier = nn.Linear(options.width, n_labels)

    def combine(
        self,
        photo: Float[Tensor, "batch width"],
        caption: Float[Tensor, "batch width"],
        has_image: Bool[Tensor, " batch"],
        has_text: Bool[Tensor, " batch"],
    ) -> Fused:
        """Logits of pooled vectors."""
        hidden = photo * has_image[:, None] + caption * has_text[:, None]
        return Fused(self.classifier(functional.gelu(self.norm(hidden))))
