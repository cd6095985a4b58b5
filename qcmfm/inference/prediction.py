"""The prediction for one record, and the predictions file."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qcmfm.core.storage import atomic_file

TOP = 3
BETWEEN = " | "
NO_LABEL = "(none)"


@dataclass(frozen=True)
class Prediction:
    """A run's prediction for one record.

    Args:
        record_id: Id of the record.
        ranked: Labels and calibrated probabilities, most likely first; empty without a prediction.
        model_run: Name of the run.
        model_sha256: Hash of its weights.
        predicted_at: Time in UTC, ISO 8601.
        error: Errors of the record, which may nevertheless have a label.
        conformal_set: Labels of the prediction set, joined by ` | `; `(none)` for an empty set;
            empty if the run is not calibrated.
        in_scope: `yes`, or `no` if the record is out of distribution; empty if the run is not
            calibrated.
        noise_setting: Simulated noise; empty for none.
        unusualness: Out-of-distribution score; above 1 the record is out of distribution.
        quantum_device: The PennyLane device that evaluated the run's circuit; empty for the
            built-in simulator or a model without a circuit. It is not stored in the predictions
            file or in the cache.
    """

    record_id: str
    ranked: tuple[tuple[str, float], ...]
    model_run: str
    model_sha256: str
    predicted_at: str
    error: str = ""
    conformal_set: str = ""
    in_scope: str = ""
    noise_setting: str = ""
    unusualness: float | None = None
    quantum_device: str = ""

    @property
    def label_set(self) -> tuple[str, ...] | None:
        """The prediction set, most likely label first; None if the run is not calibrated."""
        if not self.conformal_set:
            return None
        return () if self.conformal_set == NO_LABEL else tuple(self.conformal_set.split(BETWEEN))

    @property
    def label(self) -> str:
        """The suggested label: the most likely one; empty without a prediction."""
        return self.ranked[0][0] if self.ranked else ""

    @property
    def confidence(self) -> float | None:
        """Calibrated probability of the suggested label; None without a prediction."""
        return self.ranked[0][1] if self.ranked else None


def table_columns(top: int = TOP) -> list[str]:
    """Columns of the predictions file, with the `top` most likely labels."""
    ranked = [f"{what}_{place}" for place in range(1, top + 1) for what in ("label", "probability")]
    return [
        "record_id", "label", "confidence", *ranked, "conformal_set", "in_scope",
        "noise_setting", "model_run", "model_sha256", "predicted_at", "error",
    ]  # fmt: skip


def table_row(prediction: Prediction, top: int = TOP) -> dict[str, str]:
    """A row of the predictions file; probabilities have four decimals."""
    row = {name: str(getattr(prediction, name, "") or "") for name in table_columns(top)}
    if prediction.confidence is not None:
        row["confidence"] = f"{prediction.confidence:.4f}"
    for place, (label, probability) in enumerate(prediction.ranked[:top], start=1):
        row[f"label_{place}"], row[f"probability_{place}"] = label, f"{probability:.4f}"
    return row


def write_predictions(predictions: Iterable[Prediction], file: Path, top: int = TOP) -> None:
    """Stream predictions into a CSV file, which is written atomically."""
    with (
        atomic_file(file) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as handle,
    ):
        writer = csv.DictWriter(handle, table_columns(top))
        writer.writeheader()
        writer.writerows(table_row(prediction, top) for prediction in predictions)
