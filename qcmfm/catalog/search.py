"""Search by words, meaning and photos.

Each method returns a ranked list; the lists are merged by reciprocal rank fusion (Cormack, Clarke
and Büttcher, SIGIR 2009), which does not need their scores to have a common scale.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from qcmfm.catalog.card import Card
from qcmfm.catalog.entries import FACETS
from qcmfm.catalog.photo_words import PhotoWords, unit
from qcmfm.catalog.sql import one_of, quoted

if TYPE_CHECKING:
    from lancedb.table import Table

EVERYWHERE, CAPTIONS, PHOTOS = "everywhere", "captions", "photos"
PLACES = (EVERYWHERE, CAPTIONS, PHOTOS)
WAYS = ("words", "meaning", "photo", "label")
"""What a record can be found by: its words, its caption's meaning, its photo, its label."""
DEPTH = 200
"""Length of each list."""
_SMOOTH = 60
"""The constant k of reciprocal rank fusion, with its authors' value."""
_PHOTO_WEIGHT = 0.5
"""Weight of the photo list for records with a caption, relative to 1 for the other lists."""
_SHOWN = (
    "record_id", "caption", "label", "category", "museum", "period", "image", "predicted",
    "confidence", "model_run", "predicted_at",
)  # fmt: skip
_PROBES, _REFINED = 20, 4
_WORD = re.compile(r"\w+")
_Ranked = list[tuple[dict[str, Any], float]]
"""Rows with their score in one list, best first."""


@dataclass(frozen=True)
class SearchFilters:
    """Restricts a search to records that have one of the given values in every given facet.

    Args:
        values: Allowed values by facet; an empty list allows all.
        without: Id of a record to leave out; empty for none.
        only: Ids of the records to search; None for all.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    without: str = ""
    only: Sequence[str] | None = None

    def sql(self) -> str | None:
        """The condition on the catalog's rows; None if there is no restriction."""
        given = {name: list(self.values.get(name, ())) for name in FACETS}
        parts = [one_of(name, values) for name, values in given.items() if values]
        parts += [f"record_id != {quoted(self.without)}"] if self.without else []
        if self.only is not None:
            parts.append(one_of("record_id", self.only) if self.only else "false")
        return " AND ".join(parts) or None


@dataclass(frozen=True)
class Hit:
    """A search result.

    Args:
        record_id: Id of the record.
        score: Fused score; larger is better, comparable within one search only.
        found_by: For each of `WAYS` that found it, the score there: BM25 for words, cosine
            similarity for meaning and photo, share of its words in the query for the label.
        row: Columns of the catalog to show.
    """

    record_id: str
    score: float
    found_by: Mapping[str, float]
    row: Mapping[str, Any]


class SearchIndex:
    """The search index of one collection.

    Args:
        card: Metadata of the index.
        rows: Table of the collection.
        photo_words: Map from photos to words; None if there is none.
    """

    def __init__(self, card: Card, rows: "Table", photo_words: PhotoWords | None):
        self.card = card
        self._rows: Any = rows
        self._photo_words = photo_words
        self._indexed = {index.columns[0] for index in rows.list_indices()}

    def by_words(
        self,
        text: str,
        sentence: Float[np.ndarray, " sentence_dim"],
        filters: SearchFilters | None = None,
        where: str = EVERYWHERE,
        count: int = 48,
    ) -> list[Hit]:
        """Find records by words, best first.

        Args:
            text: Words to search for.
            sentence: Sentence vector of the words.
            filters: Restrictions; None for none.
            where: Where to search, one of `PLACES`.
            count: Maximum number of results.
        """
        lists: dict[str, _Ranked] = {}
        if where in (EVERYWHERE, CAPTIONS):
            lists["words"] = self._full_text(text, filters)
            lists["meaning"] = self._near("text_vector", unit(sentence), filters)
        if where in (EVERYWHERE, PHOTOS) and self._photo_words is not None:
            vector = self._photo_words.of_words(sentence)
            lists["photo"] = self._near("photo_vector", vector, filters)
        if where == PHOTOS:  # With a single list, captions must make no difference.
            return _fused(lists, count, photo_weight=1.0)
        return _fused(lists, count, query=text)

    def by_photo(
        self,
        vector: Float[np.ndarray, " image_dim"],
        filters: SearchFilters | None = None,
        count: int = 48,
    ) -> list[Hit]:
        """Find records with photos similar to an image vector, best first."""
        return _fused({"photo": self._near("image_vector", unit(vector), filters)}, count)

    def similar_to(
        self, record_id: str, filters: SearchFilters | None = None, count: int = 48
    ) -> list[Hit]:
        """Find records similar to one of the collection by photo and caption; empty if unknown."""
        vectors = ["image_vector", "text_vector"]
        query = self._rows.search().where(one_of("record_id", [record_id])).limit(1)
        found = query.select(vectors).to_list()
        if not found:
            return []
        filters = replace(filters or SearchFilters(), without=record_id)
        columns = {"photo": "image_vector", "meaning": "text_vector"}
        lists = {
            way: self._near(column, np.asarray(found[0][column], np.float32), filters)
            for way, column in columns.items()
            if found[0][column] is not None
        }
        return _fused(lists, count, photo_weight=1.0)

    def facets(self) -> dict[str, dict[str, int]]:
        """Number of records with each value of each facet, most frequent first."""
        found = self._rows.search().select(list(FACETS)).to_arrow()
        counts = {name: Counter(found[name].to_pylist()) for name in FACETS}
        return {
            name: {value: number for value, number in counted.most_common() if value}
            for name, counted in counts.items()
        }

    def table(self, columns: Sequence[str]) -> Any:
        """The given columns of all rows, as an Arrow table."""
        return self._rows.search().select(list(columns)).to_arrow()

    def _full_text(self, text: str, filters: SearchFilters | None) -> _Ranked:
        from lancedb.query import MatchQuery

        if not text.strip():
            return []
        match = MatchQuery(text, "words")  # pyright: ignore[reportCallIssue]
        query = self._rows.search(match, query_type="fts")
        found = self._fetched(query, filters, "_score")
        return [(row, row["_score"]) for row in found]

    def _near(self, column: str, vector: np.ndarray, filters: SearchFilters | None) -> _Ranked:
        query = self._rows.search(vector, vector_column_name=column).distance_type("cosine")
        if column in self._indexed:
            query = query.nprobes(_PROBES).refine_factor(_REFINED)
        found = self._fetched(query, filters, "_distance")
        near = [(row, 1 - row["_distance"]) for row in found if row["_distance"] is not None]
        return [(row, score) for row, score in near if np.isfinite(score)]

    def _fetched(
        self, query: Any, filters: SearchFilters | None, score: str
    ) -> list[dict[str, Any]]:
        condition = filters.sql() if filters else None
        if condition:
            query = query.where(condition, prefilter=True)
        return query.select([*_SHOWN, score]).limit(DEPTH).to_arrow().to_pylist()


def _fused(
    lists: Mapping[str, _Ranked],
    count: int,
    photo_weight: float = _PHOTO_WEIGHT,
    query: str = "",
) -> list[Hit]:
    """Merge ranked lists into one.

    The photo list has full weight for records without a caption, which nothing else can find, and
    `photo_weight` for the others. A label named in the query is probably meant: the score grows
    with the share of the label's words in the query, up to twice.
    """
    named = set(_WORD.findall(query.casefold()))
    scores: defaultdict[str, float] = defaultdict(float)
    found_by: dict[str, dict[str, float]] = {}
    rows: dict[str, Mapping[str, Any]] = {}
    for way, found in lists.items():
        for rank, (row, own) in enumerate(found, start=1):
            key = row["record_id"]
            weight = photo_weight if way == "photo" and row["caption"] else 1.0
            scores[key] += weight / (_SMOOTH + rank)
            found_by.setdefault(key, {})[way] = own
            rows.setdefault(key, row)
    for key, row in rows.items():
        label = _WORD.findall(row["category"].casefold().replace("_", " "))
        share = sum(word in named for word in label) / max(1, len(label))
        if share:
            scores[key] *= 1 + share
            found_by[key]["label"] = share
    best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:count]
    return [
        Hit(key, score, found_by[key], {name: rows[key][name] for name in _SHOWN})
        for key, score in best
    ]
