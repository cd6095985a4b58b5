"""What models make of a photo's and a caption's features before they are put together.

The QCMFM and the models that it is compared with share this, so that they differ in what comes
after it alone.
"""

import warnings
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.core.errors import TrainingError
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Attention, FusionModel, ModelOptions
from qcmfm.fusion.layers.attention import CrossAttention, neighbourhood

DROPOUT = (0, 0.9)
"""Range of every option that is a share of features dropped in training."""


class Standardised(FusionModel):
    """A model that knows mean and spread of the photos' and the sentences' vectors."""

    image_mean: Tensor
    image_scale: Tensor
    sentence_mean: Tensor
    sentence_scale: Tensor

    def __init__(self, shape: FeatureShape, n_labels: int, options: ModelOptions):
        super().__init__(shape, n_labels, options)
        for name, size in (("image", shape.image_dim), ("sentence", shape.sentence_dim)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_scale", torch.ones(size))

    @torch.no_grad()
    def observe(self, batches: Iterable[Batch]) -> None:
        """Remember mean and spread of the photos' and the sentences' vectors."""
        images: list[Tensor] = []
        sentences: list[Tensor] = []
        for batch in batches:
            images.append(batch.image[batch.has_image])
            sentences.append(batch.sentence[batch.has_text])
        for found, mean, scale in (
            (torch.cat(images), self.image_mean, self.image_scale),
            (torch.cat(sentences), self.sentence_mean, self.sentence_scale),
        ):
            if len(found) > 1:
                mean.copy_(found.mean(0))
                scale.copy_(found.std(0) + 1e-3)

    def standard_image(self, batch: Batch) -> Float[Tensor, "batch image_dim"]:
        """The photos' vectors with unit-sized values; of no meaning where there is no photo."""
        return (batch.image - self.image_mean) / self.image_scale

    def standard_sentence(self, batch: Batch) -> Float[Tensor, "batch sentence_dim"]:
        """The captions' vectors with unit-sized values; of no meaning where there is no caption."""
        return (batch.sentence - self.sentence_mean) / self.sentence_scale


@dataclass(frozen=True)
class HalvesOptions(ModelOptions):
    """Choices of a model of two attended halves.

    Args:
        heads: Attention heads.
        dim: Length of the attended vectors.
        temperature: What attention divides cosines by; 0 for scaled dot products. Training with
            `alignment` wants about 0.1, and one head.
        spread: How much of the score of a region is that of its neighbourhood; 0 for nothing. With
            a temperature alone.
        image_dropout: Share of the photo's features dropped in training.
        text_dropout: Share of the caption's features dropped in training.
    """

    RANGES: ClassVar = {
        "heads": (1, 16),
        "dim": (8, 512),
        "temperature": (0, 1),
        "spread": (0, 1),
        "image_dropout": DROPOUT,
        "text_dropout": DROPOUT,
    }

    heads: int = 4
    dim: int = 64
    temperature: float = 0.0
    spread: float = 0.0
    image_dropout: float = 0.4
    text_dropout: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.dim % self.heads:
            raise TrainingError(
                f"{self.heads} heads do not divide dim {self.dim}.", "Choose a multiple."
            )


class TwoHalves(Standardised):
    """A model that sees a record as one unit vector, |0>|image> + |1>|text>.

    Words and regions look at each other; each side is pooled and projected to one half. A half is
    brought to unit length and then weighed by a learned share, so that neither modality drowns the
    other. Its bias gives it a constant part.

    Args:
        shape: Sizes of the features.
        n_labels: Number of labels.
        options: Of attention and dropout.
        half: Length of a half.
    """

    attends = True

    def __init__(self, shape: FeatureShape, n_labels: int, options: HalvesOptions, half: int):
        super().__init__(shape, n_labels, options)
        self.attention = CrossAttention(
            shape.image_dim,
            shape.text_dim,
            options.dim,
            options.heads,
            options.text_dropout,
            options.temperature,
            neighbourhood(shape.grid, options.spread),
        )
        self.image_dropout = nn.Dropout(options.image_dropout)
        self.text_dropout = nn.Dropout(options.text_dropout)
        self.image = projection(shape.image_dim, half, bias=True)
        self.seen = projection(options.dim, half, gain=0.5)
        self.terms = projection(shape.terms, half, length=1.0, bias=True)
        self.sentence = projection(shape.sentence_dim, half)
        self.read = projection(options.dim, half, gain=0.5)
        self.image_share = nn.Parameter(torch.zeros(()))

    @abstractmethod
    def classify(self, states: Float[Tensor, "batch amplitude"]) -> Float[Tensor, "batch label"]:
        """Logits of unit vectors."""

    def fuse_each_way(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """As in the base class; the features are projected once and classified together."""
        *each_way, _ = self.states(batch)
        whole, image, text = self.classify(torch.cat(each_way)).chunk(3)
        return whole, image, text

    def alignment(self, batch: Batch) -> Float[Tensor, ""]:
        """As in the base class: how badly words find the photo they speak of."""
        return self.attention.alignment(batch, self.image_mean, self.image_scale)

    def pointing(self) -> list[nn.Parameter]:
        """As in the base class."""
        return self.attention.pointing()

    def states(
        self, batch: Batch
    ) -> tuple[
        Float[Tensor, "batch amplitude"],
        Float[Tensor, "batch amplitude"],
        Float[Tensor, "batch amplitude"],
        Attention,
    ]:
        """Unit vectors of the whole records, the photos alone and the captions alone."""
        image, sentence = self.standard_image(batch), self.standard_sentence(batch)
        attended = self.attention(batch, self.image_mean, self.image_scale)
        photo = self.image(self.image_dropout(image)) + self.seen(attended.image)
        caption = (
            self.terms(self.text_dropout(batch.terms))
            + self.sentence(self.text_dropout(sentence))
            + self.read(attended.text)
        )
        photo_with_words = photo + self.seen(attended.image_gain)
        caption_with_regions = caption + self.read(attended.text_gain)
        no_image, no_text = torch.zeros_like(photo), torch.zeros_like(caption)
        return (
            self._state(batch, photo_with_words, caption_with_regions),
            self._state(batch, photo, no_text),
            self._state(batch, no_image, caption),
            attended.attention,
        )

    def _state(
        self, batch: Batch, image: Float[Tensor, "batch half"], text: Float[Tensor, "batch half"]
    ) -> Float[Tensor, "batch amplitude"]:
        """|0>|image> + |1>|text>, each half weighed by its share, normalised."""
        share = self.image_share.sigmoid()
        halves = (
            functional.normalize(image, dim=1) * (share.sqrt() * batch.has_image[:, None]),
            functional.normalize(text, dim=1) * ((1 - share).sqrt() * batch.has_text[:, None]),
        )
        return functional.normalize(torch.cat(halves, 1), dim=1)


def projection(
    inputs: int, outputs: int, length: float = 0.0, gain: float = 1.0, bias: bool = False
) -> nn.Linear:
    """A layer whose output starts out with about the length `gain`.

    Args:
        inputs: Number of input values.
        outputs: Number of output values.
        length: Typical length of the input; by default that of unit-sized values.
        gain: Length of the output; that of the bias, where there is one, is 1.
        bias: Whether there is one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # captions without a common term are normal
        layer = nn.Linear(inputs, outputs, bias)
    if inputs:
        nn.init.normal_(layer.weight, std=gain / ((length or inputs**0.5) * outputs**0.5))
    if bias:
        nn.init.normal_(layer.bias, std=outputs**-0.5)
    return layer
