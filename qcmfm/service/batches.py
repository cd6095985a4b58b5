"""Labelling of records files into tables, in this process or on Ray."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qcmfm.access import Permission, requires
from qcmfm.core.errors import RecordsError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.encoders.features import Encoders
from qcmfm.inference.predict import predict
from qcmfm.inference.prediction import Prediction, write_predictions
from qcmfm.records import Collection
from qcmfm.runs.run import Run
from qcmfm.service.labelling import Labeller, open_labeller
from qcmfm.service.runs import find_run

if TYPE_CHECKING:
    from qcmfm.inference.ray_labelling import RayReport


@requires(Permission.PREPARE, on=("collection", "out"))
def label_records(
    labeller: Labeller,
    collection: Collection,
    out: Path,
    top: int = 3,
    split: str = "",
    quantum_device: str = "",
    shots: int | None = None,
) -> Work[Sequence[Prediction]]:
    """Label the rows of a collection and write the predictions as a CSV file.

    Args:
        labeller: Run with its encoders.
        collection: Records to label.
        out: The CSV file to write.
        top: Number of most likely labels to write, with their probabilities.
        split: Split to label; by default all rows.
        quantum_device: PennyLane device that evaluates the circuit; by default our simulator.
        shots: Shots of that device; None for exact expectation values.

    Raises:
        RecordsError: No record is in the split.
        CircuitError: The device does not exist, or the run has no circuit.
    """
    if split:
        rows = [row for row in collection.rows if row.record and row.record.split == split]
        collection = replace(collection, rows=rows)
        if not rows:
            raise RecordsError(
                msg("No record is in the split {split!r}.", split=split), "Choose another split."
            )
    work = predict(labeller.run, collection, labeller.cache, quantum_device, shots)
    predictions = yield from work
    write_predictions(predictions, out, top)
    return predictions


@requires(Permission.PREPARE, on=("run", "out"))
def label_on_ray(
    run: str,
    records: Path,
    out: Path,
    caption_column: str = "caption",
    top: int = 3,
    split: str = "",
    address: str = "",
    device: str = "auto",
) -> "Work[RayReport]":
    """Label a records file on Ray; see `inference.ray_labelling.label_on_ray`.

    Args:
        run: Folder or name of the run.
        records: The CSV file, or a folder with a `records.csv`.
        out: The CSV file to write.
        caption_column: Column with the caption.
        top: Number of most likely labels to write, with their probabilities.
        split: Split to label; by default all rows.
        address: Address of a running cluster; by default Ray is started on this machine.
        device: Device of the encoders; auto uses the GPUs of the cluster.

    Raises:
        RunError: The run does not exist or cannot be read.
        RecordsError: The records cannot be read, or there are none.
        ClusterError: The cluster cannot be reached, or failed.
        MissingExtraError: Ray is not installed.
    """
    from qcmfm.inference import ray_labelling

    folder = find_run(run)
    opening = functools.partial(_open, str(folder), device)
    gpu = device in ("auto", "cuda")
    return (
        yield from ray_labelling.label_on_ray(
            folder, records, out, opening, caption_column, top, split, address, gpu
        )
    )


def _open(run: str, device: str) -> tuple[Run, Encoders]:
    """A run and its encoders, as a worker of Ray loads them."""
    labeller = open_labeller(run, device)
    return labeller.run, labeller.cache.encoders
