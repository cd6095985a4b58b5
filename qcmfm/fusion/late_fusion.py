"""Late fusion: one network for the photo and one for the caption, whose outputs are averaged.

The logits are the mean of the log-probabilities of the modalities that a record has.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import FeatureShape
from qcmfm.fusion.base import Fused
from qcmfm.fusion.layers.pooled import Pooled, PooledOptions

TITLE = N_("Late fusion")


@dataclass(frozen=True)
class LateFusionOptions(PooledOptions):
    """Options of the model: those of its pooled vectors."""


class LateFusion(Pooled):
    """Averaged unimodal networks, see the module."""

    Options = LateFusionOptions
    options: LateFusionOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: LateFusionOptions):
        super().__init__(shape, n_labels, options)
        for name in ("image", "text"):
            head = nn.Sequential(
                nn.LayerNorm(options.width), nn.GELU(), nn.Linear(options.width, n_labels)
            )
            self.add_module(f"{name}_head", head)

    def combine(
        self,
        photo: Float[Tensor, "batch width"],
        caption: Float[Tensor, "batch width"],
        has_image: Bool[Tensor, " batch"],
        has_text: Bool[Tensor, " batch"],
    ) -> Fused:
        """Logits of pooled vectors."""
        seen = functional.log_softmax(self.get_submodule("image_head")(photo), 1)
        read = functional.log_softmax(self.get_submodule("text_head")(caption), 1)
        return Fused(mean_of_logits(seen, read, has_image, has_text))


def mean_of_logits(
    image: Float[Tensor, "batch label"],
    text: Float[Tensor, "batch label"],
    has_image: Bool[Tensor, " batch"],
    has_text: Bool[Tensor, " batch"],
) -> Float[Tensor, "batch label"]:
    """Mean of the logits of the modalities that each record has; 0 if it has none.

    Args:
        image: Logits or log-probabilities of the photos.
        text: Logits or log-probabilities of the captions.
        has_image: Whether each record has a photo.
        has_text: Whether each record has a caption.
    """
    weights = torch.stack([has_image, has_text]).to(image.dtype)
    weights = weights / weights.sum(0).clamp(min=1)
    return image * weights[0, :, None] + text * weights[1, :, None]
