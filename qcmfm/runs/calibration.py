"""How far a run can be trusted: what its folder keeps of its out-of-fold answers.

`conformal.json` holds every training record's out-of-fold probabilities, from which follow the
sets of labels at any error rate, the reliability diagram and the doubtful labels;
`neighbours.safetensors` the training records themselves, as vectors. Both belong to the weights
that they name, and count for no others.
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
"""Share of records whose set of labels may lack the true one, unless another is asked for."""


@dataclass(frozen=True)
class Calibration:
    """Out-of-fold answers of a run.

    Args:
        record_ids: The records, in the order of the rows.
        labels: The labels, in the order of the columns.
        truth: Number of each record's recorded label.
        probabilities: Out of fold, calibrated as the run's own are.
        reference: What the run remembers of its training records.
        measured: What was measured of it on records of no training, as JSON values.
    """

    record_ids: Sequence[str]
    labels: list[str]
    truth: Int[np.ndarray, " record"]
    probabilities: Float[np.ndarray, "record label"]
    reference: TrainingNeighbours
    measured: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def scores(self) -> Float[np.ndarray, " record"]:
        """Conformal scores of the records, in order of the rows."""
        return evaluation.lac_scores(self.probabilities, self.truth)

    def predicted_labels(
        self, probabilities: Float[np.ndarray, " label"], error_rate: float = ERROR_RATE
    ) -> tuple[str, ...]:
        """The labels that cannot be ruled out, likeliest first; may be empty.

        Args:
            probabilities: What the run says of one record.
            error_rate: How often the true label may be missing.
        """
        threshold = evaluation.lac_threshold(self.scores, error_rate)
        kept = evaluation.label_sets(probabilities[None], threshold)[0]
        order = np.argsort(-probabilities, kind="stable").tolist()
        return tuple(self.labels[place] for place in order if kept[place])

    def reliability(self) -> list[dict[str, Any]]:
        """The reliability diagram of the out-of-fold answers."""
        return evaluation.reliability(self.probabilities, self.truth)


def write_calibration(calibration: Calibration, folder: Path, sha256: str) -> None:
    """Write a calibration into a run's folder.

    Args:
        calibration: What to write.
        folder: Of the run.
        sha256: Of the weights that it belongs to.
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
    """A run's calibration; None where it has none, or one of other weights.

    Args:
        folder: Of the run.
        sha256: Of the run's weights.

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
    """Raise `ValueError` where the parts of a calibration do not fit each other."""
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
    """What changes when a run is calibrated anew; empty where it is not calibrated."""
    try:
        return hashlib.sha256((folder / ANSWERS).read_bytes()).hexdigest()
    except OSError:
        return ""
