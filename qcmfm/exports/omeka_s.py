"""CSV for Omeka S, whose CSV Import maps headers such as `dcterms:title` automatically.

Only reviewed labels are exported, since an unchecked one would look like a catalogue label there.
Each cell holds a single value, so no multi-value separator must be set in the import. Cells that a
spreadsheet would take for a formula are escaped.
"""

import csv
import io
from collections.abc import Mapping

from qcmfm.core.messages import N_
from qcmfm.core.text import escape_formula
from qcmfm.exports.reviewed import Reviewed
from qcmfm.records import Record
from qcmfm.review.state import RecordState

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
"""Names that museums give to the source columns for each term."""


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


def _provenance(reviewed: Reviewed, outcome: RecordState) -> str:
    """A sentence with the reviewer and the prediction behind a label; empty without a review."""
    decision = reviewed.state.decision(outcome.decision_id)
    if decision is None or not outcome.label:
        return ""
    text = f"Label {outcome.label!r} {outcome.status} by {outcome.reviewer}"
    text += f" on {outcome.reviewed_at}"
    if decision.model_label:
        text += f"; the model {decision.model_run} ({decision.model_sha256[:12]}) had said"
        text += f" {decision.model_label!r} with confidence {decision.confidence}"
    return f"{text}. Decision {outcome.decision_id}."
