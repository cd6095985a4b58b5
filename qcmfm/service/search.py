"""Builds the search index of a collection, the catalog, and finds records in it."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import torch

from qcmfm.access import Permission, actor, requires
from qcmfm.catalog import (
    EVERYWHERE,
    PLACES,
    Card,
    Catalog,
    Change,
    Hit,
    Projection,
    SearchFilters,
    SearchIndex,
    project,
)
from qcmfm.core import settings
from qcmfm.core.errors import CatalogError, QcmfmError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.encoders.fair_queue import ENCODERS
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.encoders.image import ImageEncoder, load_image_encoder
from qcmfm.encoders.text import TextEncoder, load_text_encoder
from qcmfm.inference.prediction import Prediction
from qcmfm.inference.prediction_cache import fingerprint, predictions_file
from qcmfm.records import Collection
from qcmfm.review.review import open_review
from qcmfm.service.adoption import adopted_run
from qcmfm.service.collections import collection_folders, open_collection
from qcmfm.service.predictions import cached_predictions
from qcmfm.service.runs import run_version, runs_for

KIND = "make_catalog"
"""Kind of the jobs that build catalogs."""
MAP_KIND = "make_map"
"""Kind of the jobs that compute maps."""


@requires(Permission.PREPARE, on=("name",), logged_as="make_catalog")
def build_catalog(
    name: str, rebuild: bool = False, cache: FeatureCache | None = None
) -> Work[Change]:
    """Bring the catalog of a collection up to date with its records and predictions.

    Args:
        name: Name of the collection.
        rebuild: Whether to rebuild everything, including the map from photos to words.
        cache: Encoders, with features on disk; by default the built-in ones.

    Raises:
        QcmfmError: The collection cannot be read, or the catalog not be opened.
    """
    collection = open_collection(name)
    if not collection.records:
        raise CatalogError(
            msg("The collection {name} holds no record.", name=name), "Import some first."
        )
    place = Catalog(settings.catalog_place())
    cache = cache or FeatureCache(load_encoders(), settings.features_folder())
    table = yield from cache.encode(collection)
    predictions = _predictions(name, collection)
    encoders = (cache.encoders.image.id, cache.encoders.text.id)
    return (yield from place.update(name, table, predictions, encoders, rebuild))


@requires(Permission.PREPARE, on=("name", "of"), logged_as="make_map")
def build_map(name: str, of: str) -> Work[Projection]:
    """Project a collection onto a plane, and save the result in the catalog.

    Args:
        name: Name of the collection.
        of: Kind of vectors, one of `catalog.VECTORS`.
    """
    place = Catalog(settings.catalog_place())
    yield Progress("Laying out the map", 0, 1)
    found = project(place.open(name), of)
    place.save_projection(name, found)
    yield Progress("Laying out the map", 1, 1)
    return found


@requires(Permission.LOOK)
def saved_map(name: str, of: str) -> Projection | None:
    """The last computed map of a collection; None if there is none."""
    return Catalog(settings.catalog_place()).projection(name, of)


@requires(Permission.LOOK)
def catalog_card(name: str) -> Card | None:
    """Metadata of the catalog of a collection; None if it was not built."""
    return Catalog(settings.catalog_place()).cards().get(name)


@requires(Permission.LOOK)
def catalog_is_old(name: str, card: Card) -> bool:
    """Whether records or predictions were written after the catalog was built."""
    made = datetime.fromisoformat(card.made_at).timestamp()
    folder = collection_folders().get(name)
    files = [folder / "records.csv"] if folder else []
    files += list(predictions_file(name, "any").parent.glob("*.parquet"))
    # The card has its time in whole seconds.
    return any(file.stat().st_mtime >= made + 1 for file in files if file.is_file())


@requires(Permission.LOOK)
def reviewed_labels(name: str) -> dict[str, list[str]]:
    """Ids of the records with each reviewed label, the most frequent label first.

    Raises:
        ReviewError: The decisions cannot be read.
    """
    state = open_review(name).refresh()
    found: dict[str, list[str]] = {}
    for record_id in state.reviewed():
        label = state.of(record_id).label
        if label:
            found.setdefault(label, []).append(record_id)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def _predictions(name: str, collection: Collection) -> Mapping[str, Prediction]:
    """Cached predictions of the adopted run, else of the first run that has some."""
    labels = collection.labels
    for run in dict.fromkeys([adopted_run(name), *runs_for(labels)]):
        if run:
            try:
                cached = cached_predictions(name, run, fingerprint(collection, run_version(run)))
            except QcmfmError:
                continue  # The run is damaged.
            if cached:
                return cached
    return {}


class Searcher:
    """Finds records by words or photos, with encoders that are loaded on first use and then shared.

    Args:
        text: Text encoder; by default the built-in one.
        image: Image encoder; by default the built-in one.
    """

    def __init__(self, text: TextEncoder | None = None, image: ImageEncoder | None = None):
        self._text, self._image = text, image
        self._loading = threading.Lock()

    @requires(Permission.LOOK)
    def load(self) -> "Searcher":
        """Load the text encoder, so that the first search is as fast as the others."""
        with self._loading:
            self._text = self._text or load_text_encoder()
        return self

    @requires(Permission.LOOK)
    def by_words(
        self,
        index: SearchIndex,
        text: str,
        filters: SearchFilters | None = None,
        where: str = EVERYWHERE,
        count: int = 48,
    ) -> list[Hit]:
        """Find records by words; see `SearchIndex.by_words`.

        Raises:
            CatalogError: There is no word, or the catalog was built with another encoder.
        """
        if not text.strip():
            raise CatalogError("There is nothing to search for.", "Write a word or two.")
        encoder = self.load()._text
        assert encoder is not None
        _check(encoder.id, index.card.text_encoder)
        with ENCODERS.slot(actor().session):
            sentence = encoder.encode([text])[0].sentence.numpy()
        return index.by_words(text, sentence, filters, where, count)

    @requires(Permission.LOOK)
    def by_photo(
        self,
        index: SearchIndex,
        photo: bytes | Path,
        filters: SearchFilters | None = None,
        count: int = 48,
    ) -> list[Hit]:
        """Find records with photos similar to this one.

        Raises:
            PhotoError: The photo cannot be read.
            CatalogError: The catalog was built with another encoder.
        """
        with self._loading:
            self._image = self._image or load_image_encoder()
        _check(self._image.id, index.card.image_encoder)
        pixels = self._image.pixels(self._image.read(photo, "The photo"))
        with ENCODERS.slot(actor().session):
            found = self._image.encode(torch.from_numpy(np.stack([pixels])))
        return index.by_photo(found[0].vector.numpy(), filters, count)


@requires(Permission.LOOK)
def open_search_index(name: str) -> SearchIndex:
    """Open the search index of a collection.

    Raises:
        CatalogError: It has not been built yet.
    """
    return Catalog(settings.catalog_place()).open(name)


@requires(Permission.LOOK)
def catalogued_collections(names: Sequence[str] = ()) -> list[str]:
    """The collections to search: the given ones, else all in the catalog.

    Raises:
        CatalogError: The catalog is empty.
    """
    found = list(names) or sorted(Catalog(settings.catalog_place()).cards())
    if not found:
        raise CatalogError(
            "No collection is in the catalog yet.", "Make it with: python -m qcmfm catalog"
        )
    return found


@dataclass(frozen=True)
class SearchQuery:
    """What to search several collections for: words, a photo, or records similar to another.

    Args:
        text: Words; empty for none.
        photo: Photo file; None for none.
        similar_to: Id of a record; empty for none.
        where: Where to look for the words, one of `catalog.PLACES`.
        filters: Only records that pass these.
        reviewed: Only records to which reviewers gave one of these labels; empty for all.
        count: Maximum number of records.
    """

    text: str = ""
    photo: Path | None = None
    similar_to: str = ""
    where: str = EVERYWHERE
    filters: SearchFilters = field(default_factory=SearchFilters)
    reviewed: tuple[str, ...] = ()
    count: int = 48


@requires(Permission.LOOK)
def search_collections(query: SearchQuery, names: Sequence[str] = ()) -> list[tuple[str, Hit]]:
    """The best hits of several collections, each with the name of its collection, best first.

    Args:
        query: What to search for.
        names: Collections to search; by default all in the catalog.

    Raises:
        CatalogError: It is not clear what to search for, or nothing is in the catalog.
    """
    if sum((bool(query.text.strip()), query.photo is not None, bool(query.similar_to))) != 1:
        raise CatalogError(
            "It is not clear what to search for.",
            "Give words, or --image, or --similar-to: one of them.",
        )
    if query.where not in PLACES:
        raise CatalogError(
            msg("There is no {where!r} to search in.", where=query.where),
            msg("One of: {places}.", places=", ".join(PLACES)),
        )
    searcher = Searcher()
    hits = [
        (name, hit)
        for name in catalogued_collections(names)
        for hit in _search(searcher, name, query)
    ]
    if query.similar_to and not hits:
        raise CatalogError(
            msg("No record {record_id!r} is in the catalog.", record_id=query.similar_to[:80]),
            "Check id and collection.",
        )
    # Scores are comparable: every collection was searched in the same way.
    return sorted(hits, key=lambda pair: -pair[1].score)[: query.count]


def _search(searcher: Searcher, name: str, query: SearchQuery) -> list[Hit]:
    index, filters = open_search_index(name), query.filters
    if query.reviewed:
        decided = reviewed_labels(name)
        only = [record_id for label in query.reviewed for record_id in decided.get(label, ())]
        filters = replace(filters, only=only)
    if query.similar_to:
        return index.similar_to(query.similar_to, filters, query.count)
    if query.photo is not None:
        return searcher.by_photo(index, query.photo, filters, query.count)
    return searcher.by_words(index, query.text, filters, query.where, query.count)


def _check(ours: str, theirs: str) -> None:
    if ours != theirs:
        raise CatalogError(
            "The catalog was made with another encoder.",
            "Make it again with: python -m qcmfm catalog --rebuild",
        )
