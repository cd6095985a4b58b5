"""Decisions, predictions and records for tests of the review."""

from collections.abc import Sequence

from qcmfm.inference.prediction import Prediction
from qcmfm.records import Record
from qcmfm.review.choice import Choice
from qcmfm.review.decision import Decision

LABELS = ("gold", "silver", "jade")


def decision(decision_id: str, record_id: str = "r1", **values: str) -> Decision:
    """A row with everything filled in that is not given."""
    whole = dict.fromkeys(Decision._fields, "") | {
        "decision_id": decision_id,
        "record_id": record_id,
        "reviewer": "Ada",
        "reviewed_at": "2026-01-02T03:04:05.678Z",
        "decision": "correct",
        "reviewed_label": "gold",
    }
    return Decision(**whole | values)


def prediction(record_id: str, label: str = "gold", confidence: float = 0.8) -> Prediction:
    others = [name for name in LABELS if name != label]
    rest = (1 - confidence) / len(others)
    ranked = ((label, confidence), *((name, rest) for name in others))
    return Prediction(
        record_id, ranked, "run-1", "ab" * 32, "2026-01-01T00:00:00Z", unusualness=0.5
    )


def accept(record_id: str, label: str = "gold", confidence: float = 0.8) -> Choice:
    return Choice(record_id, "accept", prediction=prediction(record_id, label, confidence))


def correct(record_id: str, label: str = "silver", said: str = "gold") -> Choice:
    return Choice(record_id, "correct", label, prediction=prediction(record_id, said))


def records(labels: Sequence[str]) -> list[Record]:
    return [Record(f"r{n}", label=label) for n, label in enumerate(labels)]
