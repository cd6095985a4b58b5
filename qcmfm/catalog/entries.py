"""What the catalog keeps of a record: one row, with a version that tells whether it changed."""

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
"""Columns that a search can be narrowed by."""
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
"""Changes when rows or the map from photos to words are made otherwise: then all is made anew."""


def schema(image_dim: int, sentence_dim: int) -> pa.Schema:
    """Columns of the table of one collection.

    Args:
        image_dim: Length of a photo's vector.
        sentence_dim: Length of a caption's vector; what a photo says in words is as long.
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
    """What each row follows from, as a hash, in the order of the records.

    Args:
        table: The features.
        predictions: By record id.
        map_id: Of the map from photos to words; empty for none.
    """
    photos, captions = table.image_keys, table.caption_keys
    for record, photo, caption in zip(table.records, photos, captions, strict=True):
        said = predictions.get(record.record_id)
        made_by = (said.model_sha256, said.label, said.confidence) if said else None
        fields = [getattr(record, name) for name in FIELDS]
        content = [fields, dict(record.cells), photo, caption, made_by, map_id]
        yield hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]


def image_vector(table: FeatureTable, row: int) -> np.ndarray | None:
    """A photo's vector; None where there is no photo."""
    key = table.image_keys[row]
    if not key:
        return None
    return table.images[ORIGINAL].get(key, ["vector"])["vector"][0].astype(np.float32)


def text_vector(table: FeatureTable, row: int) -> np.ndarray | None:
    """A caption's vector; None where there is no caption."""
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
        table: The features.
        rows: Places in it.
        predictions: By record id.
        made: The version of every record of the table.
        photo_words: The map from photos to words, where there is one.
    """
    records = [table.records[row] for row in rows]
    answers = [predictions.get(record.record_id) for record in records]
    texts = [
        _texts(record, said) | {"version": made[row]}
        for row, record, said in zip(rows, records, answers, strict=True)
    ]
    seen = [image_vector(table, row) for row in rows]
    read = [text_vector(table, row) for row in rows]
    columns = {name: [text[name] for text in texts] for name in _TEXT}
    shape = table.shape
    arrow = schema(shape.image_dim, shape.sentence_dim)
    vectors = {
        "image_vector": [None if one is None else unit(one) for one in seen],
        "text_vector": [None if one is None else unit(one) for one in read],
        "photo_vector": [
            None if one is None or photo_words is None else photo_words.of_photo(one)
            for one in seen
        ],
    }
    confidence = [said.confidence if said else None for said in answers]
    return pa.table({**columns, "confidence": confidence, **vectors}, schema=arrow)


def _texts(record: Record, said: Prediction | None) -> dict[str, str]:
    """The columns of a row that hold text."""
    predicted = said.label if said else ""
    category = record.label or predicted
    return {
        **{name: getattr(record, name) for name in ("record_id", "caption", "label", "split")},
        "image": record.image,
        "category": category,
        **{facet: _first(record, names) for facet, names in _SOURCES.items()},
        "words": _words(record, category),
        "predicted": predicted,
        "model_run": said.model_run if said else "",
        "model_sha256": said.model_sha256 if said else "",
        "predicted_at": said.predicted_at if said else "",
    }


def _first(record: Record, names: Sequence[str]) -> str:
    """The first column of the source that has one of these names and says something."""
    cells = {name.strip().casefold(): value.strip() for name, value in record.cells.items()}
    return next((cells[name] for name in names if cells.get(name)), NO_VALUE)


def _words(record: Record, category: str) -> str:
    """Every word of the record once: caption, label, and what else its source says.

    Once, since columns repeat each other and what is repeated is no more about the record.
    """
    told = [record.caption, category.replace("_", " ")]
    told += [
        value
        for name, value in record.cells.items()
        if name not in FIELDS and "://" not in value and len(value) < 2000
    ]
    found = (word for text in told for word in _WORD.findall(text))
    return " ".join({word.casefold(): word for word in found}.values())
