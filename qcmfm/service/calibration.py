"""Calibration of a run on its training records, measured on `test`."""

from dataclasses import replace
from typing import Any

import numpy as np

from qcmfm import evaluation
from qcmfm.access import Permission, requires
from qcmfm.core.errors import RunError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.core.storage import discard_folder
from qcmfm.encoders.features import FeatureTable
from qcmfm.records import Collection
from qcmfm.records.splits import assign_splits
from qcmfm.runs.calibration import Calibration, write_calibration
from qcmfm.runs.folder import read_splits
from qcmfm.runs.run import Run
from qcmfm.service.labelling import Labeller
from qcmfm.training.calibrate import calibrate, one_at_a_time
from qcmfm.training.cross_fitting import FOLDS

ERROR_RATES = (0.05, 0.1, 0.2)
"""Error rates for which the coverage of prediction sets is measured."""

CHUNK = 64


@requires(Permission.RETRAIN, on=("labeller", "collection"))
def calibrate_run(
    labeller: Labeller, collection: Collection, folds: int = FOLDS
) -> Work[dict[str, Any]]:
    """Calibrate a run on its training records, measure it on `test`, and save both in its folder.

    Args:
        labeller: Run with its encoders.
        collection: Records that the run was trained on, and those of `test`.
        folds: Number of models to train; with more, the error rates are met more closely.

    Returns:
        Number of `records`, and the coverage on `test`, as JSON values.

    Raises:
        RunError: The run was trained on other records.
        TrainingError: The records are too few, or the run is being calibrated already.
    """
    run, folder = labeller.run, labeller.folder
    splits = _splits(labeller, collection)
    with one_at_a_time(folder) as checkpoints:
        found = yield from calibrate(run, collection, labeller.cache, splits, checkpoints, folds)
        trained = run.config["data"]["train_records"] + run.config["data"]["val_records"]
        if len(found.record_ids) != trained:
            raise RunError(
                msg(
                    "The run {name} was trained on {trained} records, and {collection} has {n} "
                    "in train and val.",
                    name=run.name,
                    trained=trained,
                    collection=collection.folder.name,
                    n=len(found.record_ids),
                ),
                "Give the records that it was trained on, with the same caption column.",
            )
        measured = yield from measure_coverage(labeller, found, collection, splits)
        found = replace(found, measured={"test": measured})
        write_calibration(found, folder, run.sha256)
        discard_folder(checkpoints)
    return {"run": str(folder), "records": len(found.record_ids), "test": measured}


@requires(Permission.LOOK)
def measure_coverage(
    labeller: Labeller,
    calibration: Calibration,
    collection: Collection,
    splits: dict[str, str],
) -> Work[list[dict[str, Any]]]:
    """Coverage of the prediction sets on `test`, with one entry per error rate.

    Empty if no record of `test` has a label.
    """
    rows = [
        row
        for row in collection.rows
        if row.record and row.record.label and splits[row.record_id] == "test"
    ]
    table = yield from labeller.cache.encode(collection, rows=rows)
    table = table.subset([row for row in range(len(table)) if not table.is_empty(row)])
    if not len(table):
        return []
    probabilities = label_with_coverage(labeller.run, table)
    number = {label: place for place, label in enumerate(labeller.run.labels)}
    truth = np.array([number.get(r.label, -1) for r in table.records], dtype=np.int64)
    groups = [record.group_key for record in table.records]
    measured: list[dict[str, Any]] = []
    for rate in ERROR_RATES:
        threshold = evaluation.lac_threshold(calibration.scores, rate)
        sets = evaluation.label_sets(probabilities, threshold)
        measured.append(evaluation.coverage(sets, truth, groups, rate))
    return measured


@requires(Permission.LOOK)
def label_with_coverage(run: Run, table: FeatureTable) -> np.ndarray:
    """Calibrated probabilities of all records of a table, record x label."""
    table = table.with_lexicon(run.lexicon)
    places = range(len(table))
    parts = (places[start : start + CHUNK] for start in places[::CHUNK])
    return np.concatenate([run.probabilities(run.fuse(table.batch(part))) for part in parts])


def _splits(labeller: Labeller, collection: Collection) -> dict[str, str]:
    """The split of each record: as saved in the run, else as its training would assign it."""
    saved = read_splits(labeller.folder, collection)
    assigned = assign_splits(collection.records, labeller.run.config["training"]["seed"])
    ids = [record.record_id for record in collection.records]
    return dict(zip(ids, assigned, strict=True)) | saved
