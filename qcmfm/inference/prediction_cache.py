"""Cache of a run's predictions for a collection.

A file records a fingerprint of its input: the run's weights and every record's photo and caption.
Once any of these changes, it is stale and reads as missing.
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
    """Path of a run's predictions for a collection."""
    return settings.home() / "predictions" / collection / f"{run}.parquet"


def fingerprint(collection: Collection, sha256: str) -> str:
    """Fingerprint of everything that predictions are computed from.

    Photos are identified by path, size and modification time.

    Args:
        collection: The records.
        sha256: Hash of the run's weights.
    """
    records = [
        (row.number, row.record_id, row.record and _inputs(collection, row.record))
        for row in collection.rows
    ]
    problems = [str(problem) for problem in collection.problems]
    return hashlib.sha256(json.dumps([sha256, records, problems]).encode()).hexdigest()


def _inputs(collection: Collection, record: Record) -> tuple[str, str, int, int]:
    path = collection.image_path(record)
    try:
        found = path.stat() if path else None
    except OSError:
        found = None  # the prediction reports that it cannot be read
    size, changed = (found.st_size, found.st_mtime_ns) if found else (0, 0)
    return record.caption, record.image, size, changed


def write_cached(predictions: Sequence[Prediction], file: Path, made_from: str) -> None:
    """Write predictions atomically.

    Args:
        predictions: Predictions in the order of the collection.
        file: Destination; replaced if it exists.
        made_from: Their `fingerprint`.
    """
    columns = {name: [getattr(one, name) for one in predictions] for name in (*_TEXT, *_NUMBERS)}
    ranked = {
        "labels": [[label for label, _ in one.ranked] for one in predictions],
        "probabilities": [[share for _, share in one.ranked] for one in predictions],
    }
    schema = _SCHEMA.with_metadata({_FROM: made_from.encode()})
    with storage.atomic_file(file) as temporary:
        pq.write_table(pa.table({**columns, **ranked}, schema=schema), temporary)


def read_cached(file: Path, made_from: str) -> list[Prediction] | None:
    """Read predictions; None if the file is missing, stale or damaged.

    Args:
        file: File from `write_cached`.
        made_from: Current `fingerprint`.
    """
    try:
        table = pq.read_table(file)
        metadata = table.schema.metadata or {}
        if metadata.get(_FROM, b"").decode() != made_from:
            return None
        present = set(table.column_names)  # files of an earlier version lack the numbers
        rows = table.select([n for n in _SCHEMA.names if n not in _NUMBERS or n in present])
        rows = rows.to_pylist()
    except (OSError, KeyError, pa.ArrowException):
        return None  # they are computed again
    return [
        Prediction(
            ranked=tuple(zip(row["labels"], row["probabilities"], strict=True)),
            **{name: row[name] for name in _TEXT},
            **{name: row.get(name) for name in _NUMBERS},
        )
        for row in rows
    ]
