"""CSV for Omeka S, whose CSV Import maps headers such as `dcterms:title` by itself.

Only what was decided is said of a record: a label that nobody checked would be taken for the
catalogue's there. Cells hold one value each: no separator of values is to be set in the import.
No cell can be taken for a formula.
"""

import csv
import io
from collections.abc import Mapping

from qcmfm.core.messages import N_
from qcmfm.core.text import escape_formula
from qcmfm.exports.reviewed import Reviewed
from qcmfm.records import Record
from qcmfm.review.state import Outcome

TITLE = N_("Omeka S")
SUFFIX = "-omeka-s.csv"
MIME = "text/csv"

HEADER: tuple[str, ...] = (
    "dcterms:identifier",
    "dcterms:title",
    "dcterms:description",
    "dcterms:date",
    "dcterms:source",
    "dcterms:rights",
    "dcterms:subject",
    "dcterms:relation",
    "dcterms:provenance",
)
_SOURCE = {
    "dcterms:title": ("title", "Title"),
    "dcterms:date": ("date", "Object Date", "creation_date"),
    "dcterms:source": ("source_url", "Link Resource", "url", "objectURL"),
    "dcterms:rights": ("license", "Rights and Reproduction", "share_license_status"),
}
"""Columns of the source that hold a term, as the museums name them."""


def content(reviewed: Reviewed) -> bytes:
    """The bytes of the file."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, HEADER)
    writer.writeheader()
    for record in reviewed.collection.records:
        writer.writerow(
            {term: escape_formula(cell) for term, cell in _row(reviewed, record).items()}
        )
    return out.getvalue().encode("utf-8", "replace")


def _row(reviewed: Reviewed, record: Record) -> dict[str, str]:
    outcome = reviewed.state.of(record.record_id)
    row = {term: _first(record.cells, names) for term, names in _SOURCE.items()}
    row["dcterms:title"] = row["dcterms:title"] or record.caption[:200] or record.record_id
    return row | {
        "dcterms:identifier": record.record_id,
        "dcterms:description": record.caption,
        "dcterms:subject": outcome.label,
        "dcterms:relation": outcome.aat_uri,
        "dcterms:provenance": _provenance(reviewed, outcome),
    }


def _first(cells: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _provenance(reviewed: Reviewed, outcome: Outcome) -> str:
    """Who decided on the label, and what the model had said; empty where nobody decided."""
    decision = reviewed.state.decision(outcome.decision_id)
    if decision is None or not outcome.label:
        return ""
    told = f"Label {outcome.label!r} {outcome.status} by {outcome.reviewer}"
    told += f" on {outcome.reviewed_at}"
    if decision.model_label:
        told += f"; the model {decision.model_run} ({decision.model_sha256[:12]}) had said"
        told += f" {decision.model_label!r} with confidence {decision.confidence}"
    return f"{told}. Decision {outcome.decision_id}."
