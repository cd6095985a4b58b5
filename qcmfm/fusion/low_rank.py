"""Low-rank Multimodal Fusion (Liu et al., ACL 2018): all products of photo and caption features.

The outer product of both hidden vectors, each with a 1 appended so that unimodal terms remain, is
contracted with a low-rank weight tensor without ever being computed explicitly.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import FeatureShape
from qcmfm.fusion.base import Fused
from qcmfm.fusion.layers.pooled import Pooled, PooledOptions

TITLE = N_("Low-rank fusion")


@dataclass(frozen=True)
class LowRankOptions(PooledOptions):
    """Options of the model, in addition to those of its pooled vectors.

    Args:
        rank: Rank of the weight tensor, the number of products that are added up.
        fused: Length of the fused vector.
    """

    RANGES: ClassVar = {"rank": (1, 64), "fused": (2, 1024), **PooledOptions.RANGES}

    rank: int = 4
    fused: int = 64


class LowRank(Pooled):
    """Low-rank Multimodal Fusion, see the module."""

    Options = LowRankOptions
    options: LowRankOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: LowRankOptions):
        super().__init__(shape, n_labels, options)
        self.image_norm = nn.LayerNorm(options.width)
        self.text_norm = nn.LayerNorm(options.width)
        self.image_factor = nn.Linear(options.width, options.rank * options.fused)
        self.text_factor = nn.Linear(options.width, options.rank * options.fused)
        # The factor of a missing modality is its bias, 1, which leaves the other one unchanged.
        nn.init.ones_(self.image_factor.bias)
        nn.init.ones_(self.text_factor.bias)
        self.rank_weights = nn.Parameter(torch.full((options.rank,), options.rank**-0.5))
        self.norm = nn.LayerNorm(options.fused)
        self.classifier = nn.Linear(options.fused, n_labels)

    def combine(
        self,
        photo: Float[Tensor, "batch width"],
        caption: Float[Tensor, "batch width"],
        has_image: Bool[Tensor, " batch"],
        has_text: Bool[Tensor, " batch"],
    ) -> Fused:
        """Logits of pooled vectors."""
        seen = functional.gelu(self.image_norm(photo)) * has_image[:, None]
        read = functional.gelu(self.text_norm(caption)) * has_text[:, None]
        fused = self._products(self.image_factor(seen), self.text_factor(read))
        return Fused(self.classifier(self.norm(fused)))

    def _products(
        self, seen: Float[Tensor, "batch factor"], read: Float[Tensor, "batch factor"]
    ) -> Float[Tensor, "batch fused"]:
        products = (seen * read).unflatten(1, (self.options.rank, self.options.fused))
        return torch.einsum("brf,r->bf", products, self.rank_weights)
