"""Finding records: words, meanings, photos, and what they say together.

Each way of looking gives a ranked list; the lists are joined by reciprocal rank fusion (Cormack,
Clarke and Büttcher, SIGIR 2009), which needs no common scale of their scores.
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
"""What a record was found by: its words, its caption's meaning, its photo, its label."""
DEPTH = 200
"""How far down each list counts."""
_SMOOTH = 60
"""The constant of reciprocal rank fusion, as its authors have it."""
_GUESSED = 0.5
"""What a photo's guess counts, beside 1 for words, where the record has a caption of its own."""
_SHOWN = (
    "record_id", "caption", "label", "category", "museum", "period", "image", "predicted",
    "confidence", "model_run", "predicted_at",
)  # fmt: skip
_PROBES, _REFINED = 20, 4
_WORD = re.compile(r"\w+")
_Ranked = list[tuple[dict[str, Any], float]]
"""Rows with the list's own score, best first."""


@dataclass(frozen=True)
class SearchFilters:
    """Which records may be found: those that have one of the values in every facet that is given.

    Args:
        values: By facet; an empty list does not narrow.
        without: A record to leave out.
        only: Ids of the records that may be found; None for all.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    without: str = ""
    only: Sequence[str] | None = None

    def sql(self) -> str | None:
        """As a condition on the catalog's rows; None where everything may be found."""
        given = {name: list(self.values.get(name, ())) for name in FACETS}
        parts = [one_of(name, values) for name, values in given.items() if values]
        parts += [f"record_id != {quoted(self.without)}"] if self.without else []
        if self.only is not None:
            parts.append(one_of("record_id", self.only) if self.only else "false")
        return " AND ".join(parts) or None


@dataclass(frozen=True)
class Hit:
    """A record that was found.

    Args:
        record_id: Of the record.
        score: Sum of what each list gives it; larger is better, and comparable in one search only.
        found_by: For each of `WAYS` that found it, its own score: BM25 of words, cosine of
            meaning and photo, the share of the label that was asked for.
        row: What the catalog holds of it.
    """

    record_id: str
    score: float
    found_by: Mapping[str, float]
    row: Mapping[str, Any]


class SearchIndex:
    """One collection in the catalog, to search in.

    Args:
        card: How it was made.
        rows: Its table.
        photo_words: The map from photos to words, where there is one.
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
        narrowing: SearchFilters | None = None,
        where: str = EVERYWHERE,
        count: int = 48,
    ) -> list[Hit]:
        """Records that words speak of, best first.

        Args:
            text: The words.
            sentence: Their vector.
            narrowing: Which records may be found.
            where: One of `PLACES`.
            count: The most to give.
        """
        lists: dict[str, _Ranked] = {}
        if where in (EVERYWHERE, CAPTIONS):
            lists["words"] = self._full_text(text, narrowing)
            lists["meaning"] = self._near("text_vector", unit(sentence), narrowing)
        if where in (EVERYWHERE, PHOTOS) and self._photo_words is not None:
            vector = self._photo_words.of_words(sentence)
            lists["photo"] = self._near("photo_vector", vector, narrowing)
        if where == PHOTOS:  # nothing else is asked, so that captions make no difference
            return _fused(lists, count, guessed=1.0)
        return _fused(lists, count, asked=text)

    def by_photo(
        self,
        vector: Float[np.ndarray, " image_dim"],
        narrowing: SearchFilters | None = None,
        count: int = 48,
    ) -> list[Hit]:
        """Records whose photo looks like another, best first."""
        return _fused({"photo": self._near("image_vector", unit(vector), narrowing)}, count)

    def similar_to(
        self, record_id: str, narrowing: SearchFilters | None = None, count: int = 48
    ) -> list[Hit]:
        """Records like one of the collection, by photo and by caption; empty for an unknown one."""
        vectors = ["image_vector", "text_vector"]
        query = self._rows.search().where(one_of("record_id", [record_id])).limit(1)
        found = query.select(vectors).to_list()
        if not found:
            return []
        narrowing = replace(narrowing or SearchFilters(), without=record_id)
        ways = {"photo": "image_vector", "meaning": "text_vector"}
        lists = {
            way: self._near(column, np.asarray(found[0][column], np.float32), narrowing)
            for way, column in ways.items()
            if found[0][column] is not None
        }
        return _fused(lists, count, guessed=1.0)

    def facets(self) -> dict[str, dict[str, int]]:
        """How many records have each value of each facet, most frequent first."""
        found = self._rows.search().select(list(FACETS)).to_arrow()
        counts = {name: Counter(found[name].to_pylist()) for name in FACETS}
        return {
            name: {value: number for value, number in counted.most_common() if value}
            for name, counted in counts.items()
        }

    def table(self, columns: Sequence[str]) -> Any:
        """Some columns of all rows, as an Arrow table."""
        return self._rows.search().select(list(columns)).to_arrow()

    def _full_text(self, text: str, narrowing: SearchFilters | None) -> _Ranked:
        from lancedb.query import MatchQuery

        if not text.strip():
            return []
        asked = MatchQuery(text, "words")  # pyright: ignore[reportCallIssue]
        query = self._rows.search(asked, query_type="fts")
        found = self._fetched(query, narrowing, "_score")
        return [(row, row["_score"]) for row in found]

    def _near(self, column: str, vector: np.ndarray, narrowing: SearchFilters | None) -> _Ranked:
        query = self._rows.search(vector, vector_column_name=column).distance_type("cosine")
        if column in self._indexed:
            query = query.nprobes(_PROBES).refine_factor(_REFINED)
        found = self._fetched(query, narrowing, "_distance")
        near = [(row, 1 - row["_distance"]) for row in found if row["_distance"] is not None]
        return [(row, score) for row, score in near if np.isfinite(score)]

    def _fetched(
        self, query: Any, narrowing: SearchFilters | None, score: str
    ) -> list[dict[str, Any]]:
        condition = narrowing.sql() if narrowing else None
        if condition:
            query = query.where(condition, prefilter=True)
        return query.select([*_SHOWN, score]).limit(DEPTH).to_arrow().to_pylist()


def _fused(
    lists: Mapping[str, _Ranked],
    count: int,
    guessed: float = _GUESSED,
    asked: str = "",
) -> list[Hit]:
    """One list out of several.

    A photo's guess counts in full where the record has no caption to be found by, and less than its
    words where it has. Who names a label means it: the more of a record's label stands among the
    words that were asked, the more it counts, up to twice.
    """
    named = set(_WORD.findall(asked.casefold()))
    scores: defaultdict[str, float] = defaultdict(float)
    found_by: dict[str, dict[str, float]] = {}
    rows: dict[str, Mapping[str, Any]] = {}
    for way, found in lists.items():
        for rank, (row, own) in enumerate(found, start=1):
            key = row["record_id"]
            weight = guessed if way == "photo" and row["caption"] else 1.0
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
