"""The records with every column of the source as it was, and behind them what we know."""

from collections.abc import Iterator

from qcmfm.exports.reviewed import Reviewed
from qcmfm.records import FIELDS, Record
from qcmfm.records.vocabulary import aat_uri

OURS = (
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
"""Our columns: their names start so that they are never taken for one of the source's."""


def columns(reviewed: Reviewed) -> list[str]:
    """The source's columns in their order, then ours; those of an earlier export stay in place."""
    return list(dict.fromkeys((*reviewed.collection.columns, *OURS)))


def rows(reviewed: Reviewed) -> Iterator[dict[str, str]]:
    """Every record as a row of cells."""
    for record in reviewed.collection.records:
        fields = {name: str(getattr(record, name)) for name in FIELDS}
        yield {**fields, **record.cells, **program_columns(reviewed, record)}


def program_columns(reviewed: Reviewed, record: Record) -> dict[str, str]:
    """What was decided on a record and what the model had said."""
    outcome = reviewed.state.of(record.record_id)
    said = reviewed.predictions.get(record.record_id)
    confidence = said.confidence if said else None
    return dict(
        zip(
            OURS,
            (
                outcome.status,
                outcome.label,
                outcome.aat_uri,
                outcome.reviewer,
                outcome.reviewed_at,
                outcome.decision_id,
                said.label if said else "",
                aat_uri(said.label) if said else "",
                "" if confidence is None else f"{confidence:.4f}",
                said.model_run if said else "",
                said.model_sha256 if said else "",
                said.predicted_at if said else "",
            ),
            strict=True,
        )
    )
