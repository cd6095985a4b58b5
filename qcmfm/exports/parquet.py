"""Parquet for data tools: all columns of the source as text, and ours with numbers as numbers."""

import io

import pyarrow as pa
import pyarrow.parquet as pq

from qcmfm.core.messages import N_
from qcmfm.exports import _table
from qcmfm.exports.reviewed import Reviewed

TITLE = N_("Parquet, for data tools")
SUFFIX = ".parquet"
MIME = "application/vnd.apache.parquet"

_NUMBERS = ("qcmfm_model_confidence",)


def content(reviewed: Reviewed) -> bytes:
    """The bytes of the file."""
    header = _table.columns(reviewed)
    rows = list(_table.rows(reviewed))
    columns = {
        name: pa.array([_number(row.get(name, "")) for row in rows], pa.float64())
        if name in _NUMBERS
        else pa.array([_text(row.get(name, "")) for row in rows], pa.string())
        for name in header
    }
    metadata = {b"qcmfm_collection": reviewed.name, b"qcmfm_exported_at": reviewed.exported_at}
    out = io.BytesIO()
    pq.write_table(pa.table(columns).replace_schema_metadata(metadata), out, compression="zstd")
    return out.getvalue()


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _text(cell: str) -> str:
    return cell.encode("utf-8", "replace").decode("utf-8")
