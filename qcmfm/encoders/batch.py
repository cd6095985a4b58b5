"""The input of every fusion model: features of a batch of records, with masks for missing parts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from qcmfm.encoders.image import RegionFeatures
from qcmfm.encoders.text import WordFeatures


@dataclass(frozen=True)
class Batch:
    """Features of a batch of records; missing photos and captions are zero and masked.

    Args:
        regions: Region vectors of each photo.
        image: Mean region vector of each photo.
        has_image: Whether the record has a photo.
        words: Word vectors of each caption, padded with zeros.
        word_mask: True for words, False for padding.
        sentence: Sentence vector of each caption.
        terms: TF-IDF weights of the run's lexicon terms in each caption.
        has_text: Whether the caption contains a word.
    """

    regions: Float[Tensor, "batch region image_dim"]
    image: Float[Tensor, "batch image_dim"]
    has_image: Bool[Tensor, " batch"]
    words: Float[Tensor, "batch word text_dim"]
    word_mask: Bool[Tensor, "batch word"]
    sentence: Float[Tensor, "batch sentence_dim"]
    terms: Float[Tensor, "batch term"]
    has_text: Bool[Tensor, " batch"]

    def __len__(self) -> int:
        return len(self.has_image)

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})

    def select(self, rows: Bool[Tensor, " batch"]) -> "Batch":
        """The batch of the selected records; the batch itself, not a copy, if all are selected."""
        if rows.all():
            return self
        return Batch(**{name: value[rows] for name, value in vars(self).items()})

    def without(
        self,
        image: Bool[Tensor, " batch"] | None = None,
        text: Bool[Tensor, " batch"] | None = None,
    ) -> "Batch":
        """A copy in which some records lack their photo or caption.

        Args:
            image: Records whose photo is removed.
            text: Records whose caption is removed.
        """
        batch = self
        if image is not None:
            keep = (~image).to(self.regions.dtype)
            batch = replace(
                batch,
                regions=batch.regions * keep[:, None, None],
                image=batch.image * keep[:, None],
                has_image=batch.has_image & ~image,
            )
        if text is not None:
            keep = (~text).to(self.words.dtype)
            batch = replace(
                batch,
                words=batch.words * keep[:, None, None],
                word_mask=batch.word_mask & ~text[:, None],
                sentence=batch.sentence * keep[:, None],
                terms=batch.terms * keep[:, None],
                has_text=batch.has_text & ~text,
            )
        return batch


@dataclass(frozen=True)
class FeatureShape:
    """Feature dimensions that a fusion model is built for.

    Args:
        grid: Number of rows and columns of the region grid.
        image_dim: Length of a region vector.
        text_dim: Length of a word vector.
        sentence_dim: Length of a sentence vector.
        terms: Number of lexicon terms.
    """

    grid: tuple[int, int]
    image_dim: int
    text_dim: int
    sentence_dim: int
    terms: int


def collate(
    photos: Sequence[RegionFeatures | None],
    captions: Sequence[WordFeatures | None],
    terms: Float[Tensor, "batch term"],
    shape: FeatureShape,
) -> Batch:
    """Stack the features of single records into a batch; photos and captions may be missing.

    Args:
        photos: Region features of each record, or None.
        captions: Word features of each record, or None.
        terms: Lexicon weights of each record.
        shape: Feature dimensions, needed for missing photos and captions.
    """
    size, region = len(photos), shape.grid[0] * shape.grid[1]
    longest = max([1, *(len(c.words) for c in captions if c is not None)])
    regions = torch.zeros(size, region, shape.image_dim)
    image = torch.zeros(size, shape.image_dim)
    words = torch.zeros(size, longest, shape.text_dim)
    word_mask = torch.zeros(size, longest, dtype=torch.bool)
    sentence = torch.zeros(size, shape.sentence_dim)
    has_text = torch.zeros(size, dtype=torch.bool)
    for row, (photo, caption) in enumerate(zip(photos, captions, strict=True)):
        if photo is not None:
            regions[row], image[row] = photo.regions, photo.vector
        if caption is not None and len(caption.words):
            words[row, : len(caption.words)] = caption.words
            word_mask[row, : len(caption.words)] = True
            sentence[row] = caption.sentence
            has_text[row] = True
    has_image = torch.tensor([photo is not None for photo in photos], dtype=torch.bool)
    return Batch(
        regions, image, has_image, words, word_mask, sentence, terms * has_text[:, None], has_text
    )
