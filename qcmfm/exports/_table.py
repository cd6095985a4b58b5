"""Records as table rows: all columns of the source unchanged, followed by those of this program."""

from collections.abc import Iterator

from qcmfm.exports.reviewed import Reviewed
from qcmfm.records import FIELDS, Record
from qcmfm.records.vocabulary import aat_uri

PROGRAM_COLUMNS = (
    "qcmfm_status",
    "qcmfm_label",
    "qcmfm_aat_uri",
    "qcmfm_reviewer",
    "qcmfm_reviewed_at",
    "qcmfm_decision_id",
    "qcmfm_model_label",
    "qcmfm_model_aat_uri",
    "qcmfm_model_confidence",
    "qcmfm_model_run",
    "qcmfm_model_sha256",
    "qcmfm_predicted_at",
)
"""Columns of this program; the prefix keeps them apart from those of the source."""


def columns(reviewed: Reviewed) -> list[str]:
    """Columns of the source in their order, then ours unless an earlier export added them."""
    return list(dict.fromkeys((*reviewed.collection.columns, *PROGRAM_COLUMNS)))


def rows(reviewed: Reviewed) -> Iterator[dict[str, str]]:
    """Every record as a row: its cells by column."""
    for record in reviewed.collection.records:
        fields = {name: str(getattr(record, name)) for name in FIELDS}
        yield {**fields, **record.cells, **program_columns(reviewed, record)}


def program_columns(reviewed: Reviewed, record: Record) -> dict[str, str]:
    """The review state and the prediction of a record, by column."""
    outcome = reviewed.state.of(record.record_id)
    prediction = reviewed.predictions.get(record.record_id)
    confidence = prediction.confidence if prediction else None
    return dict(
        zip(
            PROGRAM_COLUMNS,
            (
                outcome.status,
                outcome.label,
                outcome.aat_uri,
                outcome.reviewer,
                outcome.reviewed_at,
                outcome.decision_id,
                prediction.label if prediction else "",
                aat_uri(prediction.label) if prediction else "",
                "" if confidence is None else f"{confidence:.4f}",
                prediction.model_run if prediction else "",
                prediction.model_sha256 if prediction else "",
                prediction.predicted_at if prediction else "",
            ),
            strict=True,
        )
    )
