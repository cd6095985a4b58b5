"""Calibration of a run: out-of-fold predictions and feature vectors of its training records.

`conformal.json` holds the out-of-fold probabilities of every training record. Prediction sets at
any error rate, the reliability diagram and the doubtful labels are derived from them.
`neighbours.safetensors` holds the training records as vectors. The calibration names the weights
that it belongs to, and is ignored for any others.
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from qcmfm import evaluation
from qcmfm.core import storage
from qcmfm.core.errors import RunError
from qcmfm.core.messages import msg
from qcmfm.runs import schema
from qcmfm.runs.neighbours import TrainingNeighbours, read_neighbours, write_neighbours

log = logging.getLogger(__name__)

FORMAT = 1
ANSWERS = "conformal.json"
NEIGHBOURS = "neighbours.safetensors"
ERROR_RATE = 0.1
"""Default error rate: the share of records whose prediction set may lack the true label."""


@dataclass(frozen=True)
class Calibration:
    """Out-of-fold predictions of a run and what was measured of them.

    Args:
        record_ids: Record ids, in the order of the rows.
        labels: Labels, in the order of the columns.
        truth: Index of each record's catalogue label.
        probabilities: Out-of-fold probabilities, at the run's temperature.
        reference: The training records as vectors.
        measured: Coverage and more, measured on records that were not trained on; JSON values.
    """

    record_ids: Sequence[str]
    labels: list[str]
    truth: Int[np.ndarray, " record"]
    probabilities: Float[np.ndarray, "record label"]
    reference: TrainingNeighbours
    measured: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def scores(self) -> Float[np.ndarray, " record"]:
        """Nonconformity score of each record, in the order of the rows."""
        return evaluation.lac_scores(self.probabilities, self.truth)

    def predicted_labels(
        self, probabilities: Float[np.ndarray, " label"], error_rate: float = ERROR_RATE
    ) -> tuple[str, ...]:
        """The prediction set of one record, most likely label first; may be empty.

        Args:
            probabilities: The run's probabilities for the record.
            error_rate: Share of records whose set may lack the true label, between 0 and 1.
        """
        threshold = evaluation.lac_threshold(self.scores, error_rate)
        in_set = evaluation.label_sets(probabilities[None], threshold)[0]
        order = np.argsort(-probabilities, kind="stable").tolist()
        return tuple(self.labels[place] for place in order if in_set[place])

    def reliability(self) -> list[dict[str, Any]]:
        """The reliability diagram of the out-of-fold predictions."""
        return evaluation.reliability(self.probabilities, self.truth)


def write_calibration(calibration: Calibration, folder: Path, sha256: str) -> None:
    """Write a calibration into a run's folder.

    Args:
        calibration: The calibration.
        folder: Folder of the run.
        sha256: Hash of the weights that it belongs to.
    """
    write_neighbours(calibration.reference, folder / NEIGHBOURS)
    rows = [[round(float(p), 4) for p in row] for row in calibration.probabilities]
    columns = ("record_ids", "labels", "truth", "probabilities")
    values = (list(calibration.record_ids), list(calibration.labels), calibration.truth.tolist())
    parts = [
        f'"format": {FORMAT}',
        f'"weights": {json.dumps(sha256)}',
        f'"measured": {json.dumps(calibration.measured)}',
        *(
            f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
            for name, value in zip(columns, (*values, rows), strict=True)
        ),
    ]
    storage.write_text(folder / ANSWERS, "{\n" + ",\n".join(parts) + "\n}\n")


def read_calibration(folder: Path, sha256: str) -> Calibration | None:
    """Read a run's calibration; None if it has none, or one of other weights.

    Args:
        folder: Folder of the run.
        sha256: Hash of the run's weights.

    Raises:
        RunError: A file is damaged.
    """
    if not (folder / ANSWERS).is_file():
        return None
    try:
        content = schema.parsed((folder / ANSWERS).read_bytes())
        if content["format"] != FORMAT or content["weights"] != sha256:
            log.warning("The calibration in %s is of other weights; calibrate again", folder)
            return None
        probabilities = np.array(content["probabilities"], dtype=np.float64)
        _check(content, probabilities)
        return Calibration(
            content["record_ids"],
            content["labels"],
            np.array(content["truth"], dtype=np.int64),
            probabilities / probabilities.sum(1, keepdims=True),
            read_neighbours(folder / NEIGHBOURS),
            content["measured"],
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise RunError(
            msg("{answers} of the run {name} cannot be read.", answers=ANSWERS, name=folder.name),
            "Calibrate the run again: python -m qcmfm calibrate.",
        ) from error


def _check(content: dict[str, Any], probabilities: np.ndarray) -> None:
    """Raise `ValueError` if the parts of a calibration are inconsistent."""
    records, labels, truth = (content[name] for name in ("record_ids", "labels", "truth"))
    if probabilities.shape != (len(records), len(labels)) or len(truth) != len(records):
        raise ValueError("its tables differ in size")
    if not (np.isfinite(probabilities).all() and (probabilities.sum(1) > 0).all()):
        raise ValueError("it holds what is no probability")
    if not all(isinstance(place, int) and 0 <= place < len(labels) for place in truth):
        raise ValueError("it names a label that is not there")
    if not isinstance(content["measured"], dict):
        raise ValueError("what was measured is no JSON object")


def calibration_hash(folder: Path) -> str:
    """Hash that changes when a run is recalibrated; empty if it is not calibrated."""
    try:
        return hashlib.sha256((folder / ANSWERS).read_bytes()).hexdigest()
    except OSError:
        return ""
