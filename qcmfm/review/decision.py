"""What one row of the review log says."""

import uuid
from typing import NamedTuple

CHOICES = ("accept", "correct", "unsure")
"""What a reviewer says of a record."""

DECISIONS = (*CHOICES, "undo", "restore")
"""What a row of the log can be."""


class Decision(NamedTuple):
    """One row of the review log: the columns and their order are those of the file.

    Args:
        decision_id: A UUID.
        batch_id: Shared by the decisions that were taken at once; empty for a single one.
        record_id: The record.
        model_label: What the model had said; empty where there was no prediction.
        model_aat_uri: The concept of that label; empty where none is known.
        confidence: Its calibrated probability, four digits.
        model_run: Name of the run.
        model_sha256: Hash of the run's weights.
        noise_setting: The noise that was simulated; empty for none.
        predicted_at: UTC, ISO 8601.
        reviewer: Who decided.
        reviewed_at: UTC, ISO 8601. The order of decisions is that of the file, never of this.
        decision: One of `DECISIONS`.
        reviewed_label: The label that was decided; empty for `unsure` and `undo`.
        reviewed_aat_uri: Its concept; empty where none is known.
        reason: In the reviewer's words; may be empty.
        evidence: JSON: what was shown. `boxes`, each with `xywh` (`x,y,w,h` in pixels, or
            `percent:x,y,w,h`) and optionally `words` and `share`; `shares` of image, text and
            both.
        supersedes: The decision that was in force before; for `undo` the one undone; for `restore`
            the one after which the record was as it is again, empty for the very beginning.
    """

    decision_id: str
    batch_id: str
    record_id: str
    model_label: str
    model_aat_uri: str
    confidence: str
    model_run: str
    model_sha256: str
    noise_setting: str
    predicted_at: str
    reviewer: str
    reviewed_at: str
    decision: str
    reviewed_label: str
    reviewed_aat_uri: str
    reason: str
    evidence: str
    supersedes: str

    @property
    def probability(self) -> float | None:
        """The confidence as a number; None where there is none."""
        try:
            return float(self.confidence)
        except ValueError:
            return None


COLUMNS = Decision._fields
_WHAT = COLUMNS.index("decision")
_NEEDED = {name: COLUMNS.index(name) for name in ("decision_id", "record_id", "reviewer")}


def unique_id() -> str:
    """The id of a decision, or of a batch of them."""
    return str(uuid.uuid4())


def parse_problem(cells: list[str]) -> str:
    """Why the cells of a row are no decision; empty where they are one."""
    if len(cells) != len(COLUMNS):
        return f"{len(cells)} cells where the header has {len(COLUMNS)}"
    if cells[_WHAT] not in DECISIONS:
        return f"{cells[_WHAT][:80]!r} is none of {', '.join(DECISIONS)}"
    for name, place in _NEEDED.items():
        if not cells[place]:
            return f"{name} is empty"
    return ""
