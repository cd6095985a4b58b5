"""Two networks, one for the photo and one for the caption, whose answers are averaged.

The logits are the mean of the log-probabilities of those that have something to go by.
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
    """Choices of the model: those of its pooled vectors."""


class LateFusion(Pooled):
    """See the module."""

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
    """The mean of both answers where a record has both modalities, else the one there is.

    Args:
        image: What is said of the photos.
        text: What is said of the captions.
        has_image: Which records have a photo.
        has_text: Which records have a caption.
    """
    weights = torch.stack([has_image, has_text]).to(image.dtype)
    weights = weights / weights.sum(0).clamp(min=1)
    return image * weights[0, :, None] + text * weights[1, :, None]
