"""Features of a collection: encode what is not cached, then read batches."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from qcmfm.core.errors import PhotoError
from qcmfm.core.progress import Progress, Work
from qcmfm.encoders.batch import Batch, FeatureShape, collate
from qcmfm.encoders.cache import FeatureStore
from qcmfm.encoders.image import ImageEncoder, RegionFeatures, load_image_encoder
from qcmfm.encoders.lexicon import Lexicon
from qcmfm.encoders.photo import content_hash
from qcmfm.encoders.text import TextEncoder, WordFeatures, load_text_encoder
from qcmfm.encoders.views import ORIGINAL, apply_view
from qcmfm.records import Collection, Problem, Record, Row

BATCH = 32
CHECKED = 1000
"""Photos per progress event while photos are checked against the cache."""


@dataclass(frozen=True)
class Encoders:
    """An image encoder and a text encoder; a run is tied to the pair it was trained with."""

    image: ImageEncoder
    text: TextEncoder

    def shape(self, lexicon: Lexicon) -> FeatureShape:
        """Dimensions of the features of these encoders and a lexicon."""
        image, text = self.image, self.text
        return FeatureShape(image.grid, image.dim, text.dim, text.sentence_dim, len(lexicon.terms))


def load_encoders(image: str = "", text: str = "", device: str = "auto") -> Encoders:
    """Load both encoders.

    Args:
        image: Name of the image encoder, see `load_image_encoder`; empty for the built-in one.
        text: Name of the text encoder, see `load_text_encoder`; empty for the built-in one.
        device: Device that both run on, see `choose_device`.
    """
    from qcmfm.encoders import image as images
    from qcmfm.encoders import text as texts

    return Encoders(
        load_image_encoder(image or images.DEFAULT, device),
        load_text_encoder(text or texts.DEFAULT, device),
    )


@dataclass
class FeatureTable:
    """The features of a list of records, read lazily from disk.

    Args:
        records: The records, in order.
        image_keys: Content hash of each photo; empty without a readable photo.
        caption_keys: Content hash of each caption; empty if it contains no word.
        images: Feature store of each view of the photos.
        captions: Feature store of the captions.
        shape: Feature dimensions.
        lexicon: Lexicon for the term weights of each batch.
        problems: Photos that could not be read.
    """

    records: list[Record]
    image_keys: list[str]
    caption_keys: list[str]
    images: dict[str, FeatureStore]
    captions: FeatureStore
    shape: FeatureShape
    lexicon: Lexicon = field(default_factory=lambda: Lexicon([], []))
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.records)

    def with_lexicon(self, lexicon: Lexicon) -> "FeatureTable":
        """A copy that uses another lexicon."""
        return replace(self, lexicon=lexicon, shape=replace(self.shape, terms=len(lexicon.terms)))

    def subset(self, rows: Sequence[int]) -> "FeatureTable":
        """A copy restricted to some of the records, given by their indices."""
        return replace(
            self,
            records=[self.records[row] for row in rows],
            image_keys=[self.image_keys[row] for row in rows],
            caption_keys=[self.caption_keys[row] for row in rows],
        )

    def is_empty(self, row: int) -> bool:
        """Whether a record has neither a usable photo nor a usable caption."""
        return not (self.image_keys[row] or self.caption_keys[row])

    def spans(self, row: int) -> list[tuple[int, int]]:
        """Start and end offsets in the caption, in characters, of each word with a vector."""
        key = self.caption_keys[row]
        found = self.captions.get(key)["spans"].tolist() if key else []
        return [(int(start), int(end)) for start, end in found]

    def batch(self, rows: Sequence[int], views: Sequence[str] | None = None) -> Batch:
        """The features of some records as a batch.

        Args:
            rows: Indices into `records`.
            views: View of each photo; by default the original photo.
        """
        views = views or [ORIGINAL] * len(rows)
        photos = [self._photo(row, view) for row, view in zip(rows, views, strict=True)]
        captions = [self._caption(row) for row in rows]
        terms = self.lexicon.weights([self.records[row].caption for row in rows])
        return collate(photos, captions, terms, self.shape)

    def _photo(self, row: int, view: str) -> RegionFeatures | None:
        key = self.image_keys[row]
        if not key:
            return None
        found = self.images[view].get(key)
        return RegionFeatures(
            torch.from_numpy(found["regions"]).float(), torch.from_numpy(found["vector"][0]).float()
        )

    def _caption(self, row: int) -> WordFeatures | None:
        key = self.caption_keys[row]
        if not key:
            return None
        found = self.captions.get(key)
        return WordFeatures(
            torch.from_numpy(found["words"]).float(),
            torch.from_numpy(found["spans"]),
            torch.from_numpy(found["sentence"][0]).float(),
        )


class FeatureCache:
    """Computes features and stores them on disk.

    Args:
        encoders: The encoders to use.
        folder: The features folder of the workspace.
        part: Subfolder to restrict the cache to, such as `parts/a1`, so that a worker on one part
            of a huge collection need not read the others. Unrestricted caches read it as well.
    """

    def __init__(self, encoders: Encoders, folder: Path, part: str = ""):
        self.encoders = encoders
        self._folder, self._part = folder, part
        self._images: dict[str, FeatureStore] = {}
        self._captions = FeatureStore(folder / encoders.text.id / "caption" / part)

    def encode(
        self,
        collection: Collection,
        views: Sequence[str] = (ORIGINAL,),
        rows: Sequence[Row] | None = None,
    ) -> Work[FeatureTable]:
        """Compute the features of a collection that are not cached yet.

        Interrupted work resumes after the last complete batch. A photo that cannot be read is
        reported, and its record is used with its caption alone.

        Args:
            collection: The collection of the records.
            views: Views of the photos; those beyond the original are used for training.
            rows: Rows to encode; by default all rows. Refused rows are skipped.
        """
        rows = collection.rows if rows is None else rows
        accepted = [(row, row.record) for row in rows if row.record is not None]
        records = [record for _, record in accepted]
        broken: dict[str, str] = {}
        source: dict[str, Path] = {}
        image_keys: list[str] = []
        for number, record in enumerate(records, start=1):
            path = collection.image_path(record)
            key, reason = _photo_key(path) if path else ("", "")
            image_keys.append(key)
            if path:
                source[key] = path
            if reason:
                broken[key] = reason
            if number % CHECKED == 0:
                yield Progress("Checking photos", number, len(records))
        for view in views:
            keys = [key for key in self._store(view).missing(source) if key not in broken]
            broken |= yield from _encode_photos(
                self.encoders.image, self._store(view), view, keys, source
            )
        caption_keys = [content_hash(r.caption.encode()) if r.caption else "" for r in records]
        text_of = {key: r.caption for key, r in zip(caption_keys, records, strict=True) if key}
        yield from _encode_captions(self.encoders.text, self._captions, text_of)
        wordless = {key for key in text_of if not len(self._captions.get(key, ["spans"])["spans"])}
        return FeatureTable(
            records,
            ["" if key in broken else key for key in image_keys],
            ["" if key in wordless else key for key in caption_keys],
            {view: self._store(view) for view in views},
            self._captions,
            self.encoders.shape(Lexicon([], [])),
            problems=[
                Problem(row.number, "image", broken[key], row.record_id)
                for (row, _), key in zip(accepted, image_keys, strict=True)
                if key in broken
            ],
        )

    def _store(self, view: str) -> FeatureStore:
        if view not in self._images:
            self._images[view] = FeatureStore(
                self._folder / self.encoders.image.id / view / self._part
            )
        return self._images[view]


def _photo_key(path: Path) -> tuple[str, str]:
    """Content hash of a photo and an empty text; its path and the reason if it cannot be opened."""
    try:
        return content_hash(path.read_bytes()), ""
    except OSError as error:
        return str(path), f"{path.name} cannot be opened: {error.strerror}."


def _encode_photos(
    encoder: ImageEncoder,
    store: FeatureStore,
    view: str,
    keys: list[str],
    source: dict[str, Path],
) -> Work[dict[str, str]]:
    """Encode and store one view of the photos in `keys`.

    Returns:
        The reason by key for each photo that could not be decoded.
    """
    broken: dict[str, str] = {}
    stage = "Looking at photos" if view == ORIGINAL else f"Looking at photos ({view})"

    def prepare(key: str) -> np.ndarray | PhotoError:
        try:
            return encoder.pixels(apply_view(view, encoder.read(source[key]), key))
        except PhotoError as error:
            return error

    done = 0
    for batch, prepared in _ahead(keys, prepare):
        good: dict[str, np.ndarray] = {}
        for key, pixels in zip(batch, prepared, strict=True):
            if isinstance(pixels, PhotoError):
                broken[key] = pixels.message
            else:
                good[key] = pixels
        if good:
            found = encoder.encode(torch.from_numpy(np.stack(list(good.values()))))
            arrays = {
                "regions": [item.regions.numpy() for item in found],
                "vector": [item.vector.numpy()[None] for item in found],
            }
            store.add(list(good), arrays)
        done += len(batch)
        yield Progress(stage, done, len(keys))
    return broken


def _ahead(
    keys: list[str], prepare: Callable[[str], np.ndarray | PhotoError]
) -> Iterator[tuple[list[str], list[np.ndarray | PhotoError]]]:
    """Batches of decoded photos; the next batch is decoded while the current one is encoded."""
    batches = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
    with ThreadPoolExecutor(max_workers=1) as pool:

        def prepare_all(batch: list[str]) -> list[np.ndarray | PhotoError]:
            return [prepare(key) for key in batch]

        waiting: Future[list[np.ndarray | PhotoError]] | None = None
        for index, batch in enumerate(batches):
            current = waiting or pool.submit(prepare_all, batch)
            prepared = current.result()
            following = batches[index + 1 : index + 2]
            waiting = pool.submit(prepare_all, following[0]) if following else None
            yield batch, prepared


def _encode_captions(
    encoder: TextEncoder, store: FeatureStore, text_of: dict[str, str]
) -> Work[None]:
    """Encode and store captions, sorted by length because a batch is padded to its longest."""
    keys = sorted(store.missing(text_of), key=lambda key: len(text_of[key]))
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        found = encoder.encode([text_of[key] for key in batch])
        arrays = {
            "words": [item.words.numpy() for item in found],
            "spans": [item.spans.numpy() for item in found],
            "sentence": [item.sentence.numpy()[None] for item in found],
        }
        store.add(batch, arrays)
        yield Progress("Reading captions", start + len(batch), len(keys))
