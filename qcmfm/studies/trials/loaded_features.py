"""A collection's features in memory, so that hundreds of trainings read them once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from qcmfm.encoders.batch import Batch
from qcmfm.encoders.features import FeatureTable
from qcmfm.encoders.lexicon import Lexicon
from qcmfm.encoders.views import ORIGINAL


@dataclass
class LoadedFeatures:
    """Every photo's and every caption's features, in float16 as on disk.

    Arrays, since other processes can map those (`_side_by_side`).

    Args:
        photo_rows: Row of each photo's content hash.
        regions: View x photo x region x dim; zero for a view that was not computed.
        vectors: View x photo x dim.
        caption_rows: Row of each caption's content hash.
        words: Caption x word x dim, padded with zeros.
        lengths: Number of words of each caption.
        sentences: Caption x dim.
        captions: The captions themselves, for their terms.
    """

    photo_rows: dict[str, int]
    regions: np.ndarray
    vectors: np.ndarray
    caption_rows: dict[str, int]
    words: np.ndarray
    lengths: np.ndarray
    sentences: np.ndarray
    captions: list[str]


@dataclass
class LoadedTable(FeatureTable):
    """A feature table that reads from memory.

    Args:
        loaded: The features.
        with_regions: Whether batches have the photos' regions; a model that does not look at them
            is trained faster without.
        terms: Lexicon weights of every caption.
    """

    loaded: LoadedFeatures = field(kw_only=True)
    with_regions: bool = field(default=True, kw_only=True)
    terms: Tensor = field(default_factory=lambda: torch.zeros(0, 0), kw_only=True)

    def with_lexicon(self, lexicon: Lexicon) -> "LoadedTable":
        """The same features with the terms of `lexicon`."""
        table = super().with_lexicon(lexicon)
        return replace(table, terms=lexicon.weights(self.loaded.captions))  # pyright: ignore[reportReturnType, reportArgumentType, reportCallIssue]

    def batch(self, rows: Sequence[int], views: Sequence[str] | None = None) -> Batch:
        """As in the base class."""
        kept, names = self.loaded, list(self.images)
        view = torch.tensor([names.index(name) for name in views or [ORIGINAL] * len(rows)])
        photo = torch.tensor([kept.photo_rows.get(self.image_keys[row], -1) for row in rows])
        caption = torch.tensor([kept.caption_rows.get(self.caption_keys[row], -1) for row in rows])
        has_image, has_text = photo >= 0, caption >= 0
        # Row 0 stands in for what is missing, and is wiped out.
        photo, caption = photo.clamp(min=0), caption.clamp(min=0)
        seen, read = has_image.float(), has_text.float()
        lengths = torch.from_numpy(kept.lengths)[caption] * has_text
        longest = max(1, int(lengths.max()))
        mask = torch.arange(longest) < lengths[:, None]
        words, sentences = torch.from_numpy(kept.words), torch.from_numpy(kept.sentences)
        regions = (
            _picked(kept.regions, view, photo, seen)
            if self.with_regions
            else torch.zeros(len(rows), 1, kept.regions.shape[-1])
        )
        return Batch(
            regions,
            _picked(kept.vectors, view, photo, seen),
            has_image,
            words[caption, :longest].float() * mask[..., None],
            mask,
            sentences[caption].float() * read[:, None],
            self.terms[caption] * read[:, None],
            has_text,
        )


def _picked(kept: np.ndarray, view: Tensor, photo: Tensor, seen: Tensor) -> Tensor:
    """One view of each photo, in float32, and zero where `seen` is."""
    views = torch.from_numpy(kept)
    found = (views[0][photo] if len(views) == 1 else views[view, photo]).float()
    # A copy of all regions of a batch takes as long as projecting them, and few records need one.
    return found if seen.all() else found * seen.view(-1, *[1] * (found.ndim - 1))


def load_table(table: FeatureTable) -> LoadedTable:
    """Read the features of a table into memory.

    A photo may lack all views but the original: those of records that are never trained on.

    Args:
        table: Features on disk.
    """
    photos = list(dict.fromkeys(key for key in table.image_keys if key))
    texts = {
        key: record.caption
        for key, record in zip(table.caption_keys, table.records, strict=True)
        if key
    }
    regions, vectors = _photos(table, photos)
    found = [table.captions.get(key) for key in texts]
    lengths = np.array([len(item["words"]) for item in found] or [0])
    shape = table.shape
    words = np.zeros((max(1, len(texts)), lengths.max(), shape.text_dim), np.float16)
    sentences = np.zeros((max(1, len(texts)), shape.sentence_dim), np.float16)
    for row, item in enumerate(found):
        words[row, : lengths[row]] = item["words"]
        sentences[row] = item["sentence"][0]
    loaded = LoadedFeatures(
        {key: row for row, key in enumerate(photos)},
        regions,
        vectors,
        {key: row for row, key in enumerate(texts)},
        words,
        lengths,
        sentences,
        list(texts.values()) or [""],
    )
    return LoadedTable(**vars(table), loaded=loaded).with_lexicon(table.lexicon)


def _photos(table: FeatureTable, photos: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Regions and mean vectors of every view."""
    shape, views = table.shape, table.images
    size = (len(views), max(1, len(photos)))
    regions = np.zeros((*size, shape.grid[0] * shape.grid[1], shape.image_dim), np.float16)
    vectors = np.zeros((*size, shape.image_dim), np.float16)
    for view, store in enumerate(views.values()):
        for row, key in enumerate(photos):
            if key in store:
                item = store.get(key)
                regions[view, row] = item["regions"]
                vectors[view, row] = item["vector"][0]
    return regions, vectors
