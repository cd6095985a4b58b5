"""Quantum-inspired fusion with density matrices (after Li et al., Information Fusion 65, 58, 2021).

Every word and region, and the entire caption and photo, is a complex unit vector, a pure state. A
modality is a mixture of its states with learned weights, a density matrix. Trainable pure states of
both modalities together are measured on the tensor product of the two matrices, and the logits are
linear in the probabilities. A missing modality is the maximally mixed state, which carries no
information. It is a classical model in the formalism of quantum theory.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Complex, Float
from torch import Tensor, nn

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Fused, ModelOptions
from qcmfm.fusion.layers.attention import project_regions
from qcmfm.fusion.layers.halves import DROPOUT, Standardised, projection

TITLE = N_("Density matrices")


@dataclass(frozen=True)
class DensityMatrixOptions(ModelOptions):
    """Options of the model.

    Args:
        dim: Dimension of each modality's state.
        measured: Number of measured states.
        image_dropout: Share of the photo's features dropped in training.
        text_dropout: Share of the caption's features dropped in training.
    """

    RANGES: ClassVar = {
        "dim": (2, 128),
        "measured": (2, 1024),
        "image_dropout": DROPOUT,
        "text_dropout": DROPOUT,
    }

    dim: int = 12
    measured: int = 48
    image_dropout: float = 0.4
    text_dropout: float = 0.2


class DensityMatrix(Standardised):
    """Quantum-inspired fusion with density matrices, see the module."""

    Options = DensityMatrixOptions
    options: DensityMatrixOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: DensityMatrixOptions):
        super().__init__(shape, n_labels, options)
        # Real and imaginary parts, and one more value for the weight of the state.
        size = 2 * options.dim + 1
        self.image_dropout = nn.Dropout(options.image_dropout)
        self.text_dropout = nn.Dropout(options.text_dropout)
        self.image = projection(shape.image_dim, size, bias=True)
        self.sentence = projection(shape.sentence_dim, size, bias=True)
        self.terms = projection(shape.terms, size, length=1.0)
        self.region = nn.Linear(shape.image_dim, size)
        self.word = nn.Linear(shape.text_dim, size)
        self.whole = nn.Parameter(torch.full((2,), 4.0))  # initial weight of photo and caption
        self.states = nn.Parameter(torch.randn(options.measured, options.dim, options.dim, 2))
        self.norm = nn.BatchNorm1d(options.measured, affine=False)
        self.classifier = nn.Linear(options.measured, n_labels)

    def fuse(self, batch: Batch) -> Fused:
        """Logits of a batch in which every record has a photo or a caption."""
        image, text = self._photo(batch), self._caption(batch)
        return Fused(self._measure(image, text))

    def fuse_each_way(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """As in the base class; each modality's matrix is computed once."""
        image, text = self._photo(batch), self._caption(batch)
        nothing = self._maximally_mixed(image)
        logits = self._measure(torch.cat([image, image, nothing]), torch.cat([text, nothing, text]))
        both, photo_logits, caption_logits = logits.chunk(3)
        return both, photo_logits, caption_logits

    def _photo(self, batch: Batch) -> Complex[Tensor, "batch row column"]:
        regions = project_regions(self.region, batch.regions, self.image_mean, self.image_scale)
        photo = self.image(self.image_dropout(self.standard_image(batch)))
        known = batch.has_image[:, None].expand(-1, regions.shape[1])
        return self._mixture(regions, photo, self.whole[0], known, batch.has_image)

    def _caption(self, batch: Batch) -> Complex[Tensor, "batch row column"]:
        caption = self.sentence(self.text_dropout(self.standard_sentence(batch)))
        caption = caption + self.terms(self.text_dropout(batch.terms))
        words = self.word(batch.words)
        return self._mixture(words, caption, self.whole[1], batch.word_mask, batch.has_text)

    def _mixture(
        self,
        items: Float[Tensor, "batch item size"],
        pooled: Float[Tensor, "batch size"],
        weight: Float[Tensor, ""],
        mask: Bool[Tensor, "batch item"],
        present: Bool[Tensor, " batch"],
    ) -> Complex[Tensor, "batch row column"]:
        """The density matrix of a modality.

        Args:
            items: States and weights of its words or regions.
            pooled: State and weight of the entire caption or photo.
            weight: Learned addition to the weight of `pooled`.
            mask: True for the items that exist.
            present: Whether the record has the modality.
        """
        everything = torch.cat([items, pooled[:, None]], 1)
        vectors, scores = everything[..., :-1], everything[..., -1].clone()
        scores = torch.cat([scores[:, :-1], scores[:, -1:] + weight], 1)
        lowest = torch.finfo(scores.dtype).min
        known = torch.cat([mask, torch.ones_like(mask[:, :1])], 1)
        shares = scores.masked_fill(~known, lowest).softmax(1)
        unit = nn.functional.normalize(vectors, dim=-1)
        states = torch.complex(*(part.contiguous() for part in unit.chunk(2, -1)))
        matrix = (states * shares[..., None]).mT @ states.conj()
        return torch.where(present[:, None, None], matrix, self._maximally_mixed(matrix))

    def _maximally_mixed(self, like: Complex[Tensor, "batch row column"]) -> Tensor:
        """A batch of maximally mixed states of the same shape."""
        mixed = torch.eye(like.shape[-1], dtype=like.dtype, device=like.device) / like.shape[-1]
        return mixed.expand_as(like)

    def _measure(
        self,
        image: Complex[Tensor, "batch row column"],
        text: Complex[Tensor, "batch row column"],
    ) -> Float[Tensor, "batch label"]:
        """Logits from the probability of each measured state in the product of both matrices.

        A state of both modalities is a matrix S, and its probability the trace of
        S^+ image S text^T.
        """
        states = torch.view_as_complex(self.states)
        states = states / torch.linalg.vector_norm(states, dim=(1, 2), keepdim=True)
        # All states side by side: two large matrix products instead of many small ones.
        by_row = states.transpose(0, 1)
        seen = (image @ by_row.flatten(1)).unflatten(2, by_row.shape[1:])
        read = (by_row.conj().flatten(0, 1) @ text).unflatten(1, by_row.shape[:2])
        probability = (seen * read).sum((1, 3)).real
        return self.classifier(self._standardised(probability))

    def _standardised(
        self, probability: Float[Tensor, "batch measured"]
    ) -> Float[Tensor, "batch measured"]:
        """Batch-normalised probabilities; a single record is normalised by the running moments."""
        norm = self.norm
        if not self.training or len(probability) > 1:
            return norm(probability)
        return nn.functional.batch_norm(
            probability, norm.running_mean, norm.running_var, eps=norm.eps
        )
