"""A run + records -> predictions, each of which says where it came from."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qcmfm.encoders.batch import Batch
from qcmfm.encoders.features import FeatureCache
from qcmfm.fusion._model import Fused
from qcmfm.progress import Progress, Work
from qcmfm.records import Collection, Row
from qcmfm.runs import Run, utc_now
from qcmfm.storage import atomic_file

CHUNK = 64
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


def rank(probabilities: np.ndarray, labels: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Labels with their probabilities, likeliest first."""
    order = np.argsort(-probabilities, kind="stable")
    return tuple((labels[int(index)], float(probabilities[index])) for index in order)


@torch.inference_mode()
def answers(run: Run, batch: Batch, fused: Fused) -> list[dict[str, Any]]:
    """What a run says of each record of a batch, as the fields of `Prediction` that tell it."""
    found = run.probabilities(fused)
    said: list[dict[str, Any]] = [{"ranked": rank(row, run.labels)} for row in found]
    trust = run.calibration
    if trust is not None:
        far = trust.reference.unusualness(batch).tolist()
        for answer, row, distance in zip(said, found, far, strict=True):
            kept = trust.kept_labels(row)
            answer["conformal_set"] = BETWEEN.join(kept) or NO_LABEL
            answer["in_scope"] = "yes" if distance <= 1 else "no"
            answer["unusualness"] = distance
    noise = run.config.get("model", {}).get("options", {}).get("noise", "")
    return [answer | {"noise_setting": noise} for answer in said]


def predict(run: Run, collection: Collection, cache: FeatureCache) -> Work[list[Prediction]]:
    """Predict every row of a collection, in order; refused rows too, with the reason.

    Args:
        run: The run to ask.
        collection: The records.
        cache: The run's encoders and the features on disk.
    """
    run.check_encoders(cache.encoders)
    reasons: dict[int, list[str]] = {}
    for problem in collection.problems:
        reasons.setdefault(problem.row, []).append(_reason(problem.column, problem.reason))
    predictions: list[Prediction] = []
    total = len(collection.rows)
    for start in range(0, total, CHUNK):
        rows = collection.rows[start : start + CHUNK]
        predictions += yield from _predict_chunk(run, collection, cache, rows, reasons, start)
        yield Progress("Labelling records", start + len(rows), total)
    return predictions


def _predict_chunk(
    run: Run,
    collection: Collection,
    cache: FeatureCache,
    rows: list[Row],
    reasons: dict[int, list[str]],
    start: int,
) -> Work[list[Prediction]]:
    encoding = cache.encode(collection, rows=rows)
    while True:  # the events of the parts are told as one
        try:
            next(encoding)
            yield Progress("Labelling records", start, len(collection.rows))
        except StopIteration as stop:
            table = stop.value.with_lexicon(run.lexicon)
            break
    for problem in table.problems:
        reasons.setdefault(problem.row, []).append(_reason(problem.column, problem.reason))
    usable = [row for row in range(len(table)) if not table.is_empty(row)]
    found: dict[str, dict[str, Any]] = {}
    if usable:
        batch = table.batch(usable)
        for row, answer in zip(usable, answers(run, batch, run.fuse(batch)), strict=True):
            found[table.records[row].record_id] = answer
    now = utc_now()
    result: list[Prediction] = []
    for row in rows:
        told = list(reasons.get(row.number, []))
        answer = found.get(row.record_id, {}) if row.record is not None else {}
        if row.record is not None and not answer:
            told.append("neither a photo that can be read nor a caption with a word")
        known = {"ranked": (), "model_run": run.name, "model_sha256": run.sha256} | answer
        result.append(Prediction(row.record_id, predicted_at=now, error="; ".join(told), **known))
    return result


def _reason(column: str, reason: str) -> str:
    return f"{column}: {reason}" if column else reason


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
        _write(predictions, handle, top)


def predictions_csv(predictions: Iterable[Prediction], top: int = TOP) -> str:
    """Predictions as the text of a CSV file."""
    out = io.StringIO(newline="")
    _write(predictions, out, top)
    return out.getvalue()


def _write(predictions: Iterable[Prediction], out: io.TextIOBase, top: int) -> None:
    writer = csv.DictWriter(out, table_columns(top))
    writer.writeheader()
    writer.writerows(table_row(prediction, top) for prediction in predictions)
