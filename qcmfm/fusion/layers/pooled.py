"""Base of models without attention, which reduce photo and caption to one vector each."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Fused, ModelOptions
from qcmfm.fusion.layers.halves import DROPOUT, Standardised, projection


@dataclass(frozen=True)
class PooledOptions(ModelOptions):
    """Options of a model of two pooled vectors.

    Args:
        width: Length of each modality's hidden vector.
        image_dropout: Share of the photo's features dropped in training.
        text_dropout: Share of the caption's features dropped in training.
    """

    RANGES: ClassVar = {"width": (2, 4096), "image_dropout": DROPOUT, "text_dropout": DROPOUT}

    width: int = 128
    image_dropout: float = 0.4
    text_dropout: float = 0.2


class Pooled(Standardised):
    """Base of models that start from one vector of the photo and one of the caption.

    The photo's vector is a projection of its mean region vector; the caption's is the sum of
    projections of its sentence vector and its lexicon terms. Separate projections give all of them
    the same initial weight, whatever their length.

    Args:
        shape: Feature dimensions.
        n_labels: Number of labels.
        options: Options of dropout and width.
        width: Length of both vectors; by default `options.width`.
    """

    reads_regions = False

    def __init__(
        self, shape: FeatureShape, n_labels: int, options: PooledOptions, width: int | None = None
    ):
        super().__init__(shape, n_labels, options)
        width = width or options.width
        self.image_dropout = nn.Dropout(options.image_dropout)
        self.text_dropout = nn.Dropout(options.text_dropout)
        self.image = projection(shape.image_dim, width, bias=True)
        self.sentence = projection(shape.sentence_dim, width, bias=True)
        self.terms = projection(shape.terms, width, length=1.0)

    @abstractmethod
    def combine(
        self,
        photo: Float[Tensor, "batch width"],
        caption: Float[Tensor, "batch width"],
        has_image: Bool[Tensor, " batch"],
        has_text: Bool[Tensor, " batch"],
    ) -> Fused:
        """Fuse pooled vectors; the vector of a missing modality is meaningless."""

    def fuse(self, batch: Batch) -> Fused:
        """Logits for a batch in which every record has a photo or a caption."""
        photo, caption = self.pooled(batch)
        return self.combine(photo, caption, batch.has_image, batch.has_text)

    def fuse_each_way(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """As in the base class; the features are projected once and combined together."""
        photo, caption = (vectors.repeat(3, 1) for vectors in self.pooled(batch))
        yes, no = torch.ones_like(batch.has_image), torch.zeros_like(batch.has_image)
        has_image, has_text = torch.cat([yes, yes, no]), torch.cat([yes, no, yes])
        both, image, text = self.combine(photo, caption, has_image, has_text).logits.chunk(3)
        return both, image, text

    def pooled(
        self, batch: Batch
    ) -> tuple[Float[Tensor, "batch width"], Float[Tensor, "batch width"]]:
        """Pooled vectors of the photos and of the captions."""
        photo = self.image(self.image_dropout(self.standard_image(batch)))
        sentence = self.sentence(self.text_dropout(self.standard_sentence(batch)))
        return photo, sentence + self.terms(self.text_dropout(batch.terms))
