"""A run + records -> predictions, each of which says where it came from."""

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
    """Labels with their probabilities, likeliest first."""
    order = np.argsort(-probabilities, kind="stable")
    return tuple((labels[int(index)], float(probabilities[index])) for index in order)


@torch.inference_mode()
def fused_outputs(run: Run, batch: Batch, fused: Fused) -> list[dict[str, Any]]:
    """What a run says of each record of a batch, as the fields of `Prediction` that tell it."""
    found = run.probabilities(fused)
    said: list[dict[str, Any]] = [{"ranked": rank(row, run.labels)} for row in found]
    trust = run.calibration
    if trust is not None:
        far = trust.reference.unusualness(batch).tolist()
        for answer, row, distance in zip(said, found, far, strict=True):
            kept = trust.predicted_labels(row)
            answer["conformal_set"] = BETWEEN.join(kept) or NO_LABEL
            answer["in_scope"] = "yes" if distance <= 1 else "no"
            answer["unusualness"] = distance
    noise = run.config.get("model", {}).get("options", {}).get("noise", "")
    return [answer | {"noise_setting": noise} for answer in said]


def predict(
    run: Run,
    collection: Collection,
    cache: FeatureCache,
    quantum_device: Any = "",
    shots: int | None = None,
) -> Work[list[Prediction]]:
    """Predict every row of a collection, in order; refused rows too, with the reason.

    Args:
        run: The run to ask.
        collection: The records.
        cache: The run's encoders and the features on disk.
        quantum_device: What evaluates the run's circuit: a PennyLane device or the name of one,
            such as that of a hardware plug-in; by default the built-in simulator.
        shots: How often the device measures each circuit; None leaves that to the device.

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
        for row, answer in zip(usable, fused_outputs(run, batch, run.fuse(batch)), strict=True):
            found[table.records[row].record_id] = answer
    now = utc_now()
    result: list[Prediction] = []
    for row in rows:
        told = list(reasons.get(row.number, []))
        answer = found.get(row.record_id, {}) if row.record is not None else {}
        if row.record is not None and not answer:
            told.append("neither a photo that can be read nor a caption with a word")
        known = {
            "ranked": (),
            "model_run": run.name,
            "model_sha256": run.sha256,
            "quantum_device": run.model.quantum_device,
        } | answer
        result.append(Prediction(row.record_id, predicted_at=now, error="; ".join(told), **known))
    return result


def _reason(column: str, reason: str) -> str:
    return f"{column}: {reason}" if column else reason
