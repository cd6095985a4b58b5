"""A run's predictions of a whole collection, kept so that they are computed once.

A file knows what it was computed from: the run's weights and every record's photo and caption. Once
any of these changed it is stale, and reads as if it were not there.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qcmfm.core import settings, storage
from qcmfm.inference.prediction import Prediction
from qcmfm.records import Collection, Record

_TEXT = (
    "record_id", "model_run", "model_sha256", "predicted_at",
    "error", "conformal_set", "in_scope", "noise_setting",
)  # fmt: skip
_RANKED = {"labels": pa.list_(pa.string()), "probabilities": pa.list_(pa.float64())}
_NUMBERS = {"unusualness": pa.float64()}
_SCHEMA = pa.schema([*((name, pa.string()) for name in _TEXT), *_RANKED.items(), *_NUMBERS.items()])
_FROM = b"qcmfm_made_from"


def predictions_file(collection: str, run: str) -> Path:
    """Where the predictions lie that the run called `run` made of a collection."""
    return settings.home() / "predictions" / collection / f"{run}.parquet"


def fingerprint(collection: Collection, sha256: str) -> str:
    """What predictions follow from: weights, captions and photos, these by size and time.

    Args:
        collection: The records.
        sha256: Hash of the run's weights.
    """
    records = [
        (row.number, row.record_id, row.record and _read_of(collection, row.record))
        for row in collection.rows
    ]
    problems = [str(problem) for problem in collection.problems]
    return hashlib.sha256(json.dumps([sha256, records, problems]).encode()).hexdigest()


def _read_of(collection: Collection, record: Record) -> tuple[str, str, int, int]:
    path = collection.image_path(record)
    try:
        found = path.stat() if path else None
    except OSError:
        found = None  # its prediction says that it cannot be read
    size, changed = (found.st_size, found.st_mtime_ns) if found else (0, 0)
    return record.caption, record.image, size, changed


def write_cached(predictions: Sequence[Prediction], file: Path, made_from: str) -> None:
    """Write predictions, whole or not at all.

    Args:
        predictions: In the order of the collection.
        file: Replaced where it is there already.
        made_from: The `fingerprint`.
    """
    columns = {name: [getattr(said, name) for said in predictions] for name in (*_TEXT, *_NUMBERS)}
    ranked = {
        "labels": [[label for label, _ in said.ranked] for said in predictions],
        "probabilities": [[share for _, share in said.ranked] for said in predictions],
    }
    schema = _SCHEMA.with_metadata({_FROM: made_from.encode()})
    with storage.atomic_file(file) as temporary:
        pq.write_table(pa.table({**columns, **ranked}, schema=schema), temporary)


def read_cached(file: Path, made_from: str) -> list[Prediction] | None:
    """The predictions of a file; None where there is none, or it is stale or damaged.

    Args:
        file: What `write_kept` wrote.
        made_from: The `fingerprint` of what they would be computed from now.
    """
    try:
        table = pq.read_table(file)
        metadata = table.schema.metadata or {}
        if metadata.get(_FROM, b"").decode() != made_from:
            return None
        there = set(table.column_names)  # a file of an earlier version has no numbers
        rows = table.select([n for n in _SCHEMA.names if n not in _NUMBERS or n in there])
        rows = rows.to_pylist()
    except (OSError, KeyError, pa.ArrowException):
        return None  # computing them again mends it
    return [
        Prediction(
            ranked=tuple(zip(row["labels"], row["probabilities"], strict=True)),
            **{name: row[name] for name in _TEXT},
            **{name: row.get(name) for name in _NUMBERS},
        )
        for row in rows
    ]
