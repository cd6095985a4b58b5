"""Features of a collection in memory, so that hundreds of trainings read them only once."""

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
    """Features of all photos and captions, in float16 as on disk.

    They are NumPy arrays, since worker processes can map these (see `worker_processes`).

    Args:
        photo_rows: Row of each photo, by content hash.
        regions: Region vectors, view x photo x region x dim; zero for views that were not computed.
        vectors: Image vectors, view x photo x dim.
        caption_rows: Row of each caption, by content hash.
        words: Word vectors, caption x word x dim, padded with zeros.
        lengths: Number of words of each caption.
        sentences: Sentence vectors, caption x dim.
        captions: Text of the captions, from which lexicon weights are computed.
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
        loaded: Features in memory.
        with_regions: Whether batches contain region vectors; models that do not use them train
            faster without.
        terms: Lexicon weights of every caption, caption x term.
    """

    loaded: LoadedFeatures = field(kw_only=True)
    with_regions: bool = field(default=True, kw_only=True)
    terms: Tensor = field(default_factory=lambda: torch.zeros(0, 0), kw_only=True)

    def with_lexicon(self, lexicon: Lexicon) -> "LoadedTable":
        """The same features with the terms of `lexicon`."""
        table = super().with_lexicon(lexicon)
        return replace(table, terms=lexicon.weights(self.loaded.captions))  # pyright: ignore[reportReturnType, reportArgumentType, reportCallIssue]

    def batch(self, rows: Sequence[int], views: Sequence[str] | None = None) -> Batch:
        """A batch of rows, in the given views of their photos; see the base class."""
        loaded, names = self.loaded, list(self.images)
        view = torch.tensor([names.index(name) for name in views or [ORIGINAL] * len(rows)])
        photo = torch.tensor([loaded.photo_rows.get(self.image_keys[row], -1) for row in rows])
        captions = [loaded.caption_rows.get(self.caption_keys[row], -1) for row in rows]
        caption = torch.tensor(captions)
        has_image, has_text = photo >= 0, caption >= 0
        # For a missing photo or caption row 0 is read, and set to zero below.
        photo, caption = photo.clamp(min=0), caption.clamp(min=0)
        image_mask, text_mask = has_image.float(), has_text.float()
        lengths = torch.from_numpy(loaded.lengths)[caption] * has_text
        longest = max(1, int(lengths.max()))
        mask = torch.arange(longest) < lengths[:, None]
        words, sentences = torch.from_numpy(loaded.words), torch.from_numpy(loaded.sentences)
        regions = (
            _select(loaded.regions, view, photo, image_mask)
            if self.with_regions
            else torch.zeros(len(rows), 1, loaded.regions.shape[-1])
        )
        return Batch(
            regions,
            _select(loaded.vectors, view, photo, image_mask),
            has_image,
            words[caption, :longest].float() * mask[..., None],
            mask,
            sentences[caption].float() * text_mask[:, None],
            self.terms[caption] * text_mask[:, None],
            has_text,
        )


def _select(features: np.ndarray, view: Tensor, photo: Tensor, mask: Tensor) -> Tensor:
    """One view of each photo in float32, set to zero where `mask` is 0."""
    views = torch.from_numpy(features)
    found = (views[0][photo] if len(views) == 1 else views[view, photo]).float()
    # Multiplying copies all regions of a batch, which takes as long as projecting them.
    return found if mask.all() else found * mask.view(-1, *[1] * (found.ndim - 1))


def load_table(table: FeatureTable) -> LoadedTable:
    """Read the features of a table into memory.

    Photos of records that are never trained on may have the original view only.

    Args:
        table: Feature table that reads from disk.
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
    """Region vectors and image vectors of the photos, in every view."""
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
