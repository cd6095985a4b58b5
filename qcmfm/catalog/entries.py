"""Rows of the catalog: one per record, with a version that shows whether the record changed."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from qcmfm.catalog.photo_words import PhotoWords, unit
from qcmfm.encoders.features import FeatureTable
from qcmfm.encoders.views import ORIGINAL
from qcmfm.inference.prediction import Prediction
from qcmfm.records import FIELDS, Record

FACETS = ("category", "museum", "period")
"""Columns that a search can be filtered by."""
NO_VALUE = ""
_SOURCES = {
    "museum": ("museum", "repository", "institution", "department"),
    "period": ("period", "dynasty", "reign", "object date", "creation_date", "date"),
}
_TEXT = (
    "record_id", "caption", "label", "category", "museum", "period", "split", "image", "words",
    "predicted", "model_run", "model_sha256", "predicted_at", "version",
)  # fmt: skip
_WORD = re.compile(r"\w+(?:[-'\u2019]\w+)*")
SHAPE = 2
"""Version of the format. Increase it if rows or the map from photos to words are built differently;
catalogs of another version are rebuilt."""


def schema(image_dim: int, sentence_dim: int) -> pa.Schema:
    """Columns of the table of one collection.

    Args:
        image_dim: Dimension of image vectors.
        sentence_dim: Dimension of caption vectors, and of photos mapped to the caption space.
    """

    def vector(dim: int) -> pa.DataType:
        return pa.list_(pa.float32(), dim)

    return pa.schema(
        [
            *((name, pa.string()) for name in _TEXT),
            ("confidence", pa.float32()),
            ("image_vector", vector(image_dim)),
            ("text_vector", vector(sentence_dim)),
            ("photo_vector", vector(sentence_dim)),
        ]
    )


def versions(
    table: FeatureTable, predictions: Mapping[str, Prediction], map_id: str
) -> Iterator[str]:
    """A hash of everything that each row is built from, in the order of the records.

    Args:
        table: Features of the collection.
        predictions: Predictions by record id.
        map_id: Id of the map from photos to words; empty for none.
    """
    photos, captions = table.image_keys, table.caption_keys
    for record, photo, caption in zip(table.records, photos, captions, strict=True):
        found = predictions.get(record.record_id)
        prediction = (found.model_sha256, found.label, found.confidence) if found else None
        fields = [getattr(record, name) for name in FIELDS]
        content = [fields, dict(record.cells), photo, caption, prediction, map_id]
        yield hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]


def image_vector(table: FeatureTable, row: int) -> np.ndarray | None:
    """The image vector of a row; None without a photo."""
    key = table.image_keys[row]
    if not key:
        return None
    return table.images[ORIGINAL].get(key, ["vector"])["vector"][0].astype(np.float32)


def text_vector(table: FeatureTable, row: int) -> np.ndarray | None:
    """The caption vector of a row; None without a caption."""
    key = table.caption_keys[row]
    return table.captions.get(key, ["sentence"])["sentence"][0].astype(np.float32) if key else None


def entries(
    table: FeatureTable,
    rows: Sequence[int],
    predictions: Mapping[str, Prediction],
    made: Sequence[str],
    photo_words: PhotoWords | None,
) -> pa.Table:
    """Rows of the catalog for some of the records.

    Args:
        table: Features of the collection.
        rows: Indices of the records in the table.
        predictions: Predictions by record id.
        made: Version of every record of the table.
        photo_words: Map from photos to words; None if there is none.
    """
    records = [table.records[row] for row in rows]
    found = [predictions.get(record.record_id) for record in records]
    texts = [
        _texts(record, prediction) | {"version": made[row]}
        for row, record, prediction in zip(rows, records, found, strict=True)
    ]
    images = [image_vector(table, row) for row in rows]
    captions = [text_vector(table, row) for row in rows]
    columns = {name: [text[name] for text in texts] for name in _TEXT}
    shape = table.shape
    arrow = schema(shape.image_dim, shape.sentence_dim)
    vectors = {
        "image_vector": [None if vector is None else unit(vector) for vector in images],
        "text_vector": [None if vector is None else unit(vector) for vector in captions],
        "photo_vector": [
            None if vector is None or photo_words is None else photo_words.of_photo(vector)
            for vector in images
        ],
    }
    confidence = [prediction.confidence if prediction else None for prediction in found]
    return pa.table({**columns, "confidence": confidence, **vectors}, schema=arrow)


def _texts(record: Record, prediction: Prediction | None) -> dict[str, str]:
    """The text columns of a row."""
    predicted = prediction.label if prediction else ""
    category = record.label or predicted
    return {
        **{name: getattr(record, name) for name in ("record_id", "caption", "label", "split")},
        "image": record.image,
        "category": category,
        **{facet: _first(record, names) for facet, names in _SOURCES.items()},
        "words": _words(record, category),
        "predicted": predicted,
        "model_run": prediction.model_run if prediction else "",
        "model_sha256": prediction.model_sha256 if prediction else "",
        "predicted_at": prediction.predicted_at if prediction else "",
    }


def _first(record: Record, names: Sequence[str]) -> str:
    """The value of the first source column with one of these names that is not empty."""
    cells = {name.strip().casefold(): value.strip() for name, value in record.cells.items()}
    return next((cells[name] for name in names if cells.get(name)), NO_VALUE)


def _words(record: Record, category: str) -> str:
    """Every word of the record once: of its caption, its label and its other source columns.

    Columns repeat each other, and without this repeated words would rank higher.
    """
    texts = [record.caption, category.replace("_", " ")]
    texts += [
        value
        for name, value in record.cells.items()
        if name not in FIELDS and "://" not in value and len(value) < 2000
    ]
    found = (word for text in texts for word in _WORD.findall(text))
    return " ".join({word.casefold(): word for word in found}.values())
