"""Cache of a collection's out-of-fold probabilities, which need several trainings to compute.

A file records a fingerprint of its input: every record's label, photo and caption. Once any of
these changes, it is stale and reads as missing.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qcmfm.core import settings, storage
from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.inference.prediction_cache import fingerprint
from qcmfm.records import Collection

_ABOUT = b"qcmfm_out_of_fold"


def out_of_fold_file(collection: str) -> Path:
    """Path of the out-of-fold probabilities of a collection."""
    return settings.home() / "out_of_fold" / f"{collection}.parquet"


def made_from(collection: Collection) -> str:
    """Fingerprint of everything that the probabilities are computed from.

    Args:
        collection: The records with their catalogue labels.
    """
    labels = [(record.record_id, record.label) for record in collection.records]
    return hashlib.sha256(json.dumps([fingerprint(collection, ""), labels]).encode()).hexdigest()


def write_out_of_fold(answers: OutOfFold, file: Path, source: str) -> None:
    """Write probabilities atomically.

    Args:
        answers: Out-of-fold probabilities.
        file: Destination; replaced if it exists.
        source: Fingerprint from `made_from`.
    """
    columns = {"record_id": pa.array(list(answers.record_ids), pa.string())}
    columns |= {
        f"p{place}": pa.array(column) for place, column in enumerate(answers.probabilities.T)
    }
    about = json.dumps({"labels": list(answers.labels), "made_from": source}).encode()
    table = pa.table(columns).replace_schema_metadata({_ABOUT: about})
    with storage.atomic_file(file) as temporary:
        pq.write_table(table, temporary)


def read_out_of_fold(file: Path, source: str) -> OutOfFold | None:
    """Read probabilities; None if the file is missing, stale or damaged.

    Args:
        file: File from `write_out_of_fold`.
        source: Current fingerprint from `made_from`.
    """
    try:
        table = pq.read_table(file)
        about = json.loads((table.schema.metadata or {})[_ABOUT])
        if about["made_from"] != source:
            return None
        ids = table["record_id"].to_pylist()
        values = [table[f"p{place}"].to_numpy() for place in range(len(about["labels"]))]
    except (OSError, KeyError, ValueError, pa.ArrowException):
        return None  # they are computed again
    return OutOfFold(ids, about["labels"], np.stack(values, axis=1))
