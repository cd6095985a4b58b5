"""One record, encoded so that it can be asked about again with something hidden."""

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
    """A photo and a caption, of which one may be missing.

    Args:
        caption: As it was given.
        pixels: The photo at the encoder's size; None where there is none.
        photo: Its regions.
        words: The caption's words.
    """

    caption: str
    pixels: UInt8[np.ndarray, "height width 3"] | None
    photo: RegionFeatures | None
    words: WordFeatures

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Start and end in the caption of each word that has a vector."""
        return [(int(start), int(end)) for start, end in self.words.spans.tolist()]

    def batch(self, run: Run, encoders: Encoders) -> Batch:
        """The subject as a batch of one."""
        return batch_of(run, encoders, [self.photo], [self.words], [self.caption])


def encode_record(encoders: Encoders, photo: bytes, caption: str, name: str = "") -> EncodedRecord:
    """Encode a photo and a caption.

    Args:
        encoders: What to encode with.
        photo: The file's bytes; empty for none.
        caption: May be empty.
        name: What to call the photo in an error.

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
    """Regions of photos, as they would come back from the features on disk."""
    found = encoders.image.encode(torch.from_numpy(pixels))
    return [RegionFeatures(_as_stored(one.regions), _as_stored(one.vector)) for one in found]


def encode_captions(encoders: Encoders, captions: Sequence[str]) -> list[WordFeatures]:
    """Words of captions, as they would come back from the features on disk."""
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
    """A batch of photos and captions for a run."""
    terms = run.lexicon.weights(captions)
    return collate(photos, words, terms, encoders.shape(run.lexicon))


def _as_stored(values: torch.Tensor) -> torch.Tensor:
    """Features as they come back from disk, so that a page and a file get the same answer."""
    largest = torch.finfo(torch.float16).max
    return values.clamp(-largest, largest).half().float()
