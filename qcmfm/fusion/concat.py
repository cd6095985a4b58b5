"""Photo and caption side by side, without attention: the plain way to fuse.

The photo's mean region vector, the sentence vector and the lexicon terms are concatenated; a
network with one hidden layer answers from them. A matrix for each of them is the same as one matrix
for all.
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
    """Choices of the model: those of its pooled vectors."""


class Concat(Pooled):
    """See the module."""

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
