"""The Gated Multimodal Unit (Arevalo et al., arXiv 1702.01992): a gate weighs photo and caption.

For every element of the hidden vector, a gate computed from both modalities sets the shares of
photo and caption. If one of them is missing, the share of the other is 1.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import FeatureShape
from qcmfm.fusion.base import Fused
from qcmfm.fusion.layers.pooled import Pooled, PooledOptions

TITLE = N_("Gated fusion")


@dataclass(frozen=True)
class GatedOptions(PooledOptions):
    """Options of the model: those of its pooled vectors."""


class Gated(Pooled):
    """Gated Multimodal Unit, see the module."""

    Options = GatedOptions
    options: GatedOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: GatedOptions):
        super().__init__(shape, n_labels, options)
        self.image_norm = nn.LayerNorm(options.width)
        self.text_norm = nn.LayerNorm(options.width)
        self.gate = nn.Linear(2 * options.width, options.width)
        self.classifier = nn.Linear(options.width, n_labels)

    def combine(
        self,
        photo: Float[Tensor, "batch width"],
        caption: Float[Tensor, "batch width"],
        has_image: Bool[Tensor, " batch"],
        has_text: Bool[Tensor, " batch"],
    ) -> Fused:
        """Logits of pooled vectors."""
        seen = self.image_norm(photo).tanh() * has_image[:, None]
        read = self.text_norm(caption).tanh() * has_text[:, None]
        gate = self.gate(torch.cat([seen, read], 1)).sigmoid()
        gate = torch.where(has_text[:, None], gate, 1.0)
        gate = torch.where(has_image[:, None], gate, 0.0)
        return Fused(self.classifier(gate * seen + (1 - gate) * read))
