"""Decisions: the rows of the review log."""

import uuid
from typing import NamedTuple

CHOICES = ("accept", "correct", "unsure")
"""Decisions that a reviewer can make on a record."""

DECISIONS = (*CHOICES, "undo", "restore")
"""Kinds of rows in the review log."""


class Decision(NamedTuple):
    """One row of the review log: the columns and their order are those of the file.

    Args:
        decision_id: UUID of the decision.
        batch_id: UUID that decisions made at once share; empty for a single one.
        record_id: Id of the record.
        model_label: Label that the model predicted; empty if there was no prediction.
        model_aat_uri: AAT concept of that label; empty if unknown.
        confidence: Calibrated probability of that label, with four digits.
        model_run: Name of the run that predicted it.
        model_sha256: SHA-256 hash of the run's weights.
        noise_setting: Noise setting that was simulated; empty for none.
        predicted_at: Time of the prediction, UTC, ISO 8601.
        reviewer: Name of the reviewer.
        reviewed_at: Time of the decision, UTC, ISO 8601. Decisions are ordered by their place in
            the file, never by this time.
        decision: One of `DECISIONS`.
        reviewed_label: Label that the reviewer chose; empty for `unsure` and `undo`.
        reviewed_aat_uri: AAT concept of that label; empty if unknown.
        reason: Reason in the reviewer's words; may be empty.
        evidence: Evidence that was shown, as JSON: `boxes`, each with `xywh` (`x,y,w,h` in pixels,
            or `percent:x,y,w,h`) and optionally `words` and `share`; `shares` of image, text and
            both.
        supersedes: Id of the decision in force before; for `undo` the undone decision; for
            `restore` the decision whose resulting state is restored, empty for the initial state.
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
        """The confidence as a number, 0 to 1; None if there was no prediction."""
        try:
            return float(self.confidence)
        except ValueError:
            return None


COLUMNS = Decision._fields
HEADER = ",".join(COLUMNS) + "\r\n"
"""First row of the review log."""
_WHAT = COLUMNS.index("decision")
_NEEDED = {name: COLUMNS.index(name) for name in ("decision_id", "record_id", "reviewer")}


def unique_id() -> str:
    """A new id for a decision or a batch of decisions."""
    return str(uuid.uuid4())


def is_header(cells: list[str] | str) -> bool:
    """Whether the cells of a row, or the reason why it cannot be read, are those of the header."""
    return not isinstance(cells, str) and tuple(name.lstrip("\ufeff") for name in cells) == COLUMNS


def parse_problem(cells: list[str]) -> str:
    """The reason why the cells of a row are not a valid decision; empty if they are."""
    if len(cells) != len(COLUMNS):
        return f"{len(cells)} cells where the header has {len(COLUMNS)}"
    if cells[_WHAT] not in DECISIONS:
        return f"{cells[_WHAT][:80]!r} is none of {', '.join(DECISIONS)}"
    for name, place in _NEEDED.items():
        if not cells[place]:
            return f"{name} is empty"
    return ""
