"""The catalog database: updates, opens and drops the index of a collection."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from qcmfm.catalog.card import Card
from qcmfm.catalog.entries import SHAPE, entries, schema, versions
from qcmfm.catalog.photo_word_training import LearnedPhotoWords, learn_photo_words
from qcmfm.catalog.photo_words import PhotoWords
from qcmfm.catalog.projection import Projection
from qcmfm.catalog.search import SearchIndex
from qcmfm.catalog.sql import one_of
from qcmfm.core.clock import utc_now
from qcmfm.core.errors import CatalogError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.encoders.features import FeatureTable
from qcmfm.inference.prediction import Prediction

if TYPE_CHECKING:
    from lancedb.table import Table

CHUNK = 512
INDEXED = 50_000
"""Number of records from which on vectors are searched by an approximate index."""
GROWN = 1.25
"""Growth of the captioned photos after which the map from photos to words is fitted again."""
_CARDS = "cards"
_CARD = pa.schema([("name", pa.string()), ("card", pa.string()), ("photo_words", pa.binary())])
_PLACES = pa.schema(
    [("record_id", pa.string()), ("x", pa.float32()), ("y", pa.float32()), ("of", pa.string())]
)


@dataclass(frozen=True)
class Change:
    """The result of an update.

    Args:
        records: Number of records of the collection in the catalog.
        written: Number of rows that were written, since they are new or changed.
        removed: Number of rows that were removed, since their record no longer exists.
        learned: Whether the map from photos to words was fitted again.
    """

    records: int
    written: int
    removed: int
    learned: bool


class Catalog:
    """The database of all search indexes, with one table per collection.

    Args:
        place: Folder, or URI of an object store such as `s3://bucket/catalog`.

    Raises:
        CatalogError: It cannot be opened.
    """

    def __init__(self, place: str | Path):
        import lancedb

        try:
            self._database: Any = lancedb.connect(str(place))
            self._names()
        except Exception as error:  # Each kind of store raises its own exceptions.
            raise CatalogError(
                msg(
                    "The catalog at {place} cannot be opened: {error}.",
                    place=place,
                    error=str(error).splitlines()[0][:200],
                ),
                "Check the place and the right to write there.",
            ) from error

    def cards(self) -> dict[str, Card]:
        """Metadata of each collection in the catalog, by name."""
        if _CARDS not in self._names():
            return {}
        found = self._database.open_table(_CARDS).search().select(["name", "card"]).to_list()
        return {row["name"]: Card(**json.loads(row["card"])) for row in found}

    def open(self, name: str) -> SearchIndex:
        """Open the search index of a collection.

        Raises:
            CatalogError: It is not in the catalog.
        """
        found = self._card(name)
        if found is None:
            raise CatalogError(
                msg("The collection {name!r} is not in the catalog yet.", name=name[:80]),
                msg("Make it with: python -m qcmfm catalog --collection {name!r}", name=name[:80]),
            )
        card, photo_words = found
        return SearchIndex(card, self._database.open_table(table_name(name)), photo_words)

    def update(
        self,
        name: str,
        table: FeatureTable,
        predictions: Mapping[str, Prediction],
        encoders: tuple[str, str],
        rebuild: bool = False,
    ) -> Work[Change]:
        """Update the index of a collection; only rows that changed are written.

        Args:
            name: Name of the collection.
            table: Features of the collection.
            predictions: Predictions by record id; empty if there are none.
            encoders: Ids of the image and the text encoder.
            rebuild: Whether to rebuild everything.
        """
        old = None if rebuild else self._card(name)
        if old and (old[0].image_encoder, old[0].text_encoder, old[0].shape) != (*encoders, SHAPE):
            old = None
        if old is None:
            self.drop(name)
        yield Progress("Learning what photos say in words", 0, 1)
        learned = self._learn(table, old)
        photo_words = learned.photo_words if learned else old[1] if old else None
        map_id = photo_words.map_id if photo_words else ""
        rows = self._table(name, table)
        before = _versions_in(rows)
        made = list(versions(table, predictions, map_id))
        ids = [record.record_id for record in table.records]
        changed = [row for row, key in enumerate(ids) if before.get(key) != made[row]]
        gone = sorted(before.keys() - set(ids))
        for start in range(0, len(changed), CHUNK):
            chunk = changed[start : start + CHUNK]
            _write(rows, entries(table, chunk, predictions, made, photo_words), bool(before))
            yield Progress("Filling the catalog", start + len(chunk), len(changed))
        for start in range(0, len(gone), CHUNK):
            rows.delete(one_of("record_id", gone[start : start + CHUNK]))
        if changed or gone:
            yield Progress("Indexing", 0, 1)
            index_records(rows, len(ids))
        if changed or gone or learned or old is None:
            card = _card_of(name, len(ids), encoders, learned, old[0] if old else None)
            self.save_card(card, photo_words)
        return Change(len(ids), len(changed), len(gone), bool(learned))

    def drop(self, name: str) -> None:
        """Remove a collection from the catalog."""
        for table in (table_name(name), _places_table(name)):
            if table in self._names():
                self._database.drop_table(table)
        if _CARDS in self._names():
            self._database.open_table(_CARDS).delete(one_of("name", [name]))

    def save_projection(self, name: str, projection: Projection) -> None:
        """Save a projection of a collection, replacing that of the same kind of vectors."""
        place = np.asarray(projection.places, np.float32)
        rows = pa.table(
            {
                "record_id": projection.record_ids,
                "x": place[:, 0],
                "y": place[:, 1],
                "of": [f"{projection.of} {projection.made_from}"] * len(place),
            },
            schema=_PLACES,
        )
        saved = self.open_or_make_table(_places_table(name), _PLACES)
        saved.delete(f"`of` LIKE '{projection.of} %'")
        saved.add(rows)

    def projection(self, name: str, of: str) -> Projection | None:
        """The saved projection of a collection; None if there is none."""
        if _places_table(name) not in self._names():
            return None
        rows = self._database.open_table(_places_table(name))
        found = rows.search().where(f"`of` LIKE '{of} %'").to_arrow()
        if not found.num_rows:
            return None
        places = np.stack([found["x"].to_numpy(), found["y"].to_numpy()], axis=1)
        made_from = found["of"][0].as_py().partition(" ")[2]
        return Projection(of, made_from, found["record_id"].to_pylist(), places)

    def _learn(self, table: FeatureTable, old: tuple[Card, PhotoWords | None] | None):
        """Fit the map from photos to words, unless there is one and few photos were added."""
        if old and old[1] is not None:
            pairs = zip(table.image_keys, table.caption_keys, table.records, strict=True)
            usable = sum(
                bool(photo and caption and record.split not in ("test", "holdout"))
                for photo, caption, record in pairs
            )
            if usable < GROWN * old[0].learned_on:
                return None
        return learn_photo_words(table)

    def _names(self) -> list[str]:
        return list(self._database.list_tables(limit=100_000).tables)

    def _table(self, name: str, table: FeatureTable) -> "Table":
        shape = table.shape
        return self.open_or_make_table(
            table_name(name), schema(shape.image_dim, shape.sentence_dim)
        )

    def open_or_make_table(self, name: str, columns: pa.Schema) -> "Table":
        """A table of the database, empty if it is new."""
        return self._database.create_table(name, schema=columns, exist_ok=True)

    def _card(self, name: str) -> tuple[Card, PhotoWords | None] | None:
        if _CARDS not in self._names():
            return None
        cards = self._database.open_table(_CARDS)
        found = cards.search().where(one_of("name", [name])).to_list()
        if not found:
            return None
        content = found[0]["photo_words"]
        photo_words = PhotoWords.from_bytes(content) if content else None
        return Card(**json.loads(found[0]["card"])), photo_words

    def save_card(self, card: Card, photo_words: PhotoWords | None) -> None:
        """Add the card of a collection, or replace it."""
        content = photo_words.to_bytes() if photo_words else b""
        row = {"name": [card.name], "card": [json.dumps(asdict(card))], "photo_words": [content]}
        cards = self.open_or_make_table(_CARDS, _CARD)
        merge = cards.merge_insert("name").when_matched_update_all().when_not_matched_insert_all()
        merge.execute(pa.table(row, schema=_CARD))


def _card_of(
    name: str,
    records: int,
    encoders: tuple[str, str],
    learned: LearnedPhotoWords | None,
    old: Card | None,
) -> Card:
    card = Card(name, records, *encoders, made_at=utc_now(), shape=SHAPE)
    if learned:
        return replace(
            card,
            map_id=learned.photo_words.map_id,
            learned_on=learned.learned_on,
            recall=learned.recall,
            asked=learned.measured_on,
            chance=learned.chance,
        )
    return replace(old, records=records, made_at=card.made_at) if old else card


def table_name(name: str) -> str:
    """Name of the table that holds the records of a collection."""
    # Hashed, since the name of a collection may not be valid as that of a table.
    return f"records-{hashlib.sha256(name.encode()).hexdigest()[:20]}"


def _places_table(name: str) -> str:
    return table_name(name).replace("records", "places")


def _versions_in(rows: "Table") -> dict[str, str]:
    found = rows.search().select(["record_id", "version"]).to_arrow()
    return dict(zip(found["record_id"].to_pylist(), found["version"].to_pylist(), strict=True))


def _write(rows: "Table", new: pa.Table, merge: bool) -> None:
    if not merge:
        rows.add(new)
        return
    how = rows.merge_insert("record_id")
    how.when_matched_update_all().when_not_matched_insert_all().execute(new)


def index_records(rows: "Table", records: int) -> None:
    """Index words always, and vectors if there are many; existing indexes are updated."""
    from lancedb.index import FTS, BTree, IvfSq

    present = {index.columns[0] for index in rows.list_indices()}
    if "words" not in present:
        rows.create_index("words", config=FTS(with_position=False))
        rows.create_index("record_id", config=BTree())
    if records >= INDEXED:
        for column in {"image_vector", "text_vector", "photo_vector"} - present:
            if rows.count_rows(f"{column} IS NOT NULL") >= INDEXED:
                rows.create_index(column, config=IvfSq(distance_type="cosine"))
    rows.optimize()
