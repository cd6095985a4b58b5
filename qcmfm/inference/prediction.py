"""What a run says of one record, and how that stands in a table."""

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
    """What a run says of one record.

    Args:
        record_id: The record.
        ranked: Labels and calibrated probabilities, likeliest first; empty where there is none.
        model_run: Name of the run.
        model_sha256: Hash of its weights.
        predicted_at: UTC, ISO 8601.
        error: What was wrong with the record; a record can have a label all the same.
        conformal_set: Labels that cannot be ruled out, joined by ` | `; `(none)` where every one
            can; empty where the run is not calibrated.
        in_scope: `yes` or `no`: whether the record is of the kind that the run knows; empty where
            the run is not calibrated.
        noise_setting: The noise that was simulated; empty for none.
        unusualness: How far it is from the training records; above 1 it is out of scope.
        quantum_device: The PennyLane device that evaluated the run's circuit; empty where the
            built-in simulator did, or there is no circuit. Neither the predictions file nor the
            cache holds it.
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
        """The labels that cannot be ruled out, likeliest first; None where nobody knows."""
        if not self.conformal_set:
            return None
        return () if self.conformal_set == NO_LABEL else tuple(self.conformal_set.split(BETWEEN))

    @property
    def label(self) -> str:
        """The likeliest label; empty where there is none."""
        return self.ranked[0][0] if self.ranked else ""

    @property
    def confidence(self) -> float | None:
        """The likeliest label's calibrated probability."""
        return self.ranked[0][1] if self.ranked else None


def table_columns(top: int = TOP) -> list[str]:
    """Columns of the predictions file."""
    ranked = [f"{what}_{place}" for place in range(1, top + 1) for what in ("label", "probability")]
    return [
        "record_id", "label", "confidence", *ranked, "conformal_set", "in_scope",
        "noise_setting", "model_run", "model_sha256", "predicted_at", "error",
    ]  # fmt: skip


def table_row(prediction: Prediction, top: int = TOP) -> dict[str, str]:
    """One prediction as a row of text; probabilities with four digits."""
    row = {name: str(getattr(prediction, name, "") or "") for name in table_columns(top)}
    if prediction.confidence is not None:
        row["confidence"] = f"{prediction.confidence:.4f}"
    for place, (label, probability) in enumerate(prediction.ranked[:top], start=1):
        row[f"label_{place}"], row[f"probability_{place}"] = label, f"{probability:.4f}"
    return row


def write_predictions(predictions: Iterable[Prediction], file: Path, top: int = TOP) -> None:
    """Write predictions as CSV, one by one as they come, and the file whole or not at all."""
    with (
        atomic_file(file) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as handle,
    ):
        writer = csv.DictWriter(handle, table_columns(top))
        writer.writeheader()
        writer.writerows(table_row(prediction, top) for prediction in predictions)
