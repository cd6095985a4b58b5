"""Preprocessing of photo and caption features before fusion.

The QCMFM and the models that it is compared with share it, so that they differ only in the fusion
itself.
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
"""Range of every dropout option."""


class Standardised(FusionModel):
    """Base of models that standardise photo and sentence vectors by their training statistics."""

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
        """Compute mean and standard deviation of the photo and sentence vectors."""
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
        """Standardised photo vectors; meaningless for records without a photo."""
        return (batch.image - self.image_mean) / self.image_scale

    def standard_sentence(self, batch: Batch) -> Float[Tensor, "batch sentence_dim"]:
        """Standardised sentence vectors; meaningless for records without a caption."""
        return (batch.sentence - self.sentence_mean) / self.sentence_scale


@dataclass(frozen=True)
class HalvesOptions(ModelOptions):
    """Options of a model of two attended halves.

    Args:
        heads: Number of attention heads.
        dim: Length of the attended vectors.
        temperature: Temperature of attention with cosine scores; 0 for scaled dot products.
            Training with `alignment` needs about 0.1 and one head.
        spread: Share of a region's score that comes from its neighbourhood; only with a
            temperature.
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
    """Base of models that encode a record as one unit vector, |0>|image> + |1>|text>.

    Words and regions attend to each other; each modality is pooled and projected to one half of
    the vector. A half is normalised and weighted by a learned share, so that neither modality
    dominates. The bias of its projection gives it a constant component.

    Args:
        shape: Feature dimensions.
        n_labels: Number of labels.
        options: Options of attention and dropout.
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
        both, image, text = self.classify(torch.cat(each_way)).chunk(3)
        return both, image, text

    def alignment(self, batch: Batch) -> Float[Tensor, ""]:
        """As in the base class, see `alignment_loss`."""
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
        """Unit vectors of both modalities, the photos alone and the captions alone; attention."""
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
        """|0>|image> + |1>|text>, each half weighted by its share, normalised."""
        share = self.image_share.sigmoid()
        halves = (
            functional.normalize(image, dim=1) * (share.sqrt() * batch.has_image[:, None]),
            functional.normalize(text, dim=1) * ((1 - share).sqrt() * batch.has_text[:, None]),
        )
        return functional.normalize(torch.cat(halves, 1), dim=1)


def projection(
    inputs: int, outputs: int, length: float = 0.0, gain: float = 1.0, bias: bool = False
) -> nn.Linear:
    """A linear layer initialised so that its output has a norm of about `gain`.

    Args:
        inputs: Number of input values.
        outputs: Number of output values.
        length: Typical norm of the input; by default that of standardised values.
        gain: Initial norm of the output; the norm of the bias is 1.
        bias: Whether the layer has a bias.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the lexicon may be empty: a layer of size 0
        layer = nn.Linear(inputs, outputs, bias)
    if inputs:
        nn.init.normal_(layer.weight, std=gain / ((length or inputs**0.5) * outputs**0.5))
    if bias:
        nn.init.normal_(layer.bias, std=outputs**-0.5)
    return layer
