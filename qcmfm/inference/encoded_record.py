"""One encoded record, which can be predicted again with parts of it hidden."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import UInt8

from qcmfm.core.errors import RecordsError
from qcmfm.encoders.batch import Batch, collate
from qcmfm.encoders.features import Encoders
from qcmfm.encoders.image import RegionFeatures
from qcmfm.encoders.text import WordFeatures
from qcmfm.runs.run import Run


@dataclass(frozen=True)
class EncodedRecord:
    """An encoded photo and caption, one of which may be missing.

    Args:
        caption: The caption.
        pixels: The photo at the encoder's input size; None without a photo.
        photo: Region features; None without a photo.
        words: Word features of the caption.
    """

    caption: str
    pixels: UInt8[np.ndarray, "height width 3"] | None
    photo: RegionFeatures | None
    words: WordFeatures

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Start and end offsets in the caption, in characters, of each word with a vector."""
        return [(int(start), int(end)) for start, end in self.words.spans.tolist()]

    def batch(self, run: Run, encoders: Encoders) -> Batch:
        """The record as a batch of one."""
        return batch_of(run, encoders, [self.photo], [self.words], [self.caption])


def encode_record(encoders: Encoders, photo: bytes, caption: str, name: str = "") -> EncodedRecord:
    """Encode a photo and a caption.

    Args:
        encoders: The encoders to use.
        photo: Content of the photo file; empty for none.
        caption: The caption; may be empty.
        name: Name of the photo in error messages.

    Raises:
        PhotoError: The photo cannot be read.
        RecordsError: There is neither a photo nor a caption with a word.
    """
    pixels, seen = None, None
    if photo:
        pixels = encoders.image.pixels(encoders.image.read(photo, name or "The photo"))
        (seen,) = encode_pixels(encoders, pixels[None])
    (words,) = encode_captions(encoders, [caption])
    if seen is None and not len(words.words):
        raise RecordsError(
            "There is neither a photo nor a caption with a word.", "Add one of them, or both."
        )
    return EncodedRecord(caption, pixels, seen, words)


def encode_pixels(
    encoders: Encoders, pixels: UInt8[np.ndarray, "batch height width 3"]
) -> list[RegionFeatures]:
    """Region features of photos, at the precision of the feature cache."""
    found = encoders.image.encode(torch.from_numpy(pixels))
    return [RegionFeatures(_as_stored(one.regions), _as_stored(one.vector)) for one in found]


def encode_captions(encoders: Encoders, captions: Sequence[str]) -> list[WordFeatures]:
    """Word features of captions, at the precision of the feature cache."""
    found = encoders.text.encode(captions)
    return [
        WordFeatures(_as_stored(one.words), one.spans, _as_stored(one.sentence)) for one in found
    ]


def batch_of(
    run: Run,
    encoders: Encoders,
    photos: Sequence[RegionFeatures | None],
    words: Sequence[WordFeatures],
    captions: Sequence[str],
) -> Batch:
    """Combine encoded photos and captions into a batch for a run.

    Args:
        run: The run, whose lexicon is used.
        encoders: The encoders of the features.
        photos: Region features of each record, or None.
        words: Word features of each caption.
        captions: The captions.
    """
    terms = run.lexicon.weights(captions)
    return collate(photos, words, terms, encoders.shape(run.lexicon))


def _as_stored(values: torch.Tensor) -> torch.Tensor:
    """Features rounded as in the cache, so that they give the same predictions as cached ones."""
    largest = torch.finfo(torch.float16).max
    return values.clamp(-largest, largest).half().float()
