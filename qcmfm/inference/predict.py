"""Predictions of a run for records, each with its provenance."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from qcmfm.core.clock import utc_now
from qcmfm.core.errors import CircuitError
from qcmfm.core.progress import Progress, Work
from qcmfm.encoders.batch import Batch
from qcmfm.encoders.features import FeatureCache
from qcmfm.fusion.base import Fused
from qcmfm.inference.prediction import BETWEEN, NO_LABEL, Prediction
from qcmfm.records import Collection, Row
from qcmfm.runs.run import Run

CHUNK = 64


def rank(probabilities: np.ndarray, labels: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Labels with their probabilities, most likely first."""
    order = np.argsort(-probabilities, kind="stable")
    return tuple((labels[int(index)], float(probabilities[index])) for index in order)


@torch.inference_mode()
def fused_outputs(run: Run, batch: Batch, fused: Fused) -> list[dict[str, Any]]:
    """The model-dependent fields of `Prediction` for each record of a batch.

    Args:
        run: The run.
        batch: Features of the records.
        fused: Output of the run's model for the batch.
    """
    probabilities = run.probabilities(fused)
    outputs: list[dict[str, Any]] = [{"ranked": rank(row, run.labels)} for row in probabilities]
    calibration = run.calibration
    if calibration is not None:
        distances = calibration.reference.unusualness(batch).tolist()
        for output, row, distance in zip(outputs, probabilities, distances, strict=True):
            labels = calibration.predicted_labels(row)
            output["conformal_set"] = BETWEEN.join(labels) or NO_LABEL
            output["in_scope"] = "yes" if distance <= 1 else "no"
            output["unusualness"] = distance
    noise = run.config.get("model", {}).get("options", {}).get("noise", "")
    return [output | {"noise_setting": noise} for output in outputs]


def predict(
    run: Run,
    collection: Collection,
    cache: FeatureCache,
    quantum_device: Any = "",
    shots: int | None = None,
) -> Work[list[Prediction]]:
    """Predict every row of a collection in order; refused rows have an error instead of a label.

    Args:
        run: The run that predicts.
        collection: The records.
        cache: Feature cache with the run's encoders.
        quantum_device: A PennyLane device or the name of one, such as that of a hardware plug-in,
            which evaluates the run's circuit; by default the built-in simulator.
        shots: Number of shots per circuit; None leaves that to the device.

    Raises:
        RunError: The encoders are not those the run was trained with.
        CircuitError: The run has no circuit that a device could run, there is no such device, or
            it fails; or shots without a device.
    """
    run.check_encoders(cache.encoders)
    if quantum_device:
        run = replace(run, model=run.model.on_device(quantum_device, shots))
    elif shots is not None:
        raise CircuitError(
            "The built-in simulator computes expectation values exactly and takes no shots.",
            "Name a quantum device, or leave the shots out.",
        )
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
    while True:  # all events of encoding are reported as one stage
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
        for row, output in zip(usable, fused_outputs(run, batch, run.fuse(batch)), strict=True):
            found[table.records[row].record_id] = output
    now = utc_now()
    result: list[Prediction] = []
    for row in rows:
        errors = list(reasons.get(row.number, []))
        output = found.get(row.record_id, {}) if row.record is not None else {}
        if row.record is not None and not output:
            errors.append("neither a photo that can be read nor a caption with a word")
        values = {
            "ranked": (),
            "model_run": run.name,
            "model_sha256": run.sha256,
            "quantum_device": run.model.quantum_device,
        } | output
        error = "; ".join(errors)
        result.append(Prediction(row.record_id, predicted_at=now, error=error, **values))
    return result


def _reason(column: str, reason: str) -> str:
    return f"{column}: {reason}" if column else reason
