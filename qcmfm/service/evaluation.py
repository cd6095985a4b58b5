"""Evaluation of a run on records with labels or true regions."""

from dataclasses import replace
from typing import Any

import numpy as np

from qcmfm import demo, evaluation
from qcmfm.access import Permission, requires
from qcmfm.core import storage
from qcmfm.core.errors import RecordsError, RunError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.explanation.grounding import measure_grounding
from qcmfm.inference.predict import predict
from qcmfm.records import Collection, Row
from qcmfm.records.regions import FILE as REGIONS
from qcmfm.records.regions import read_regions
from qcmfm.runs.folder import CARD, read_splits
from qcmfm.runs.model_card import write_card
from qcmfm.service.labelling import Labeller


@requires(Permission.LOOK)
def evaluate_run(labeller: Labeller, collection: Collection, split: str) -> Work[dict[str, Any]]:
    """Measure a run on the labelled records of one split.

    If the training of the run assigned splits to these records, they are used. `trained_on` in the
    result says whether the run was trained on records of that split.

    Args:
        labeller: Run with its encoders.
        collection: Records to measure on.
        split: train, val, test, holdout, or all.

    Raises:
        RecordsError: No labelled record is in that split.
    """
    rows = _rows_of_split(labeller, collection, split)
    rows = [row for row in rows if row.record and row.record.label]
    if not rows:
        raise RecordsError(
            msg("No labelled record is in the split {split!r}.", split=split),
            "Choose another split with --split, or all.",
        )
    chosen = replace(collection, rows=rows, problems=[])
    predictions = yield from predict(labeller.run, chosen, labeller.cache)
    answered = [
        (row.record, prediction)
        for row, prediction in zip(rows, predictions, strict=True)
        if row.record is not None and prediction.ranked
    ]
    if not answered:
        raise RecordsError("No record could be labelled.", "Check the photos and captions.")
    unknown = {record.label for record, _ in answered} - set(labeller.run.labels)
    labels = [*labeller.run.labels, *sorted(unknown)]
    place = {label: index for index, label in enumerate(labels)}
    probabilities = np.zeros((len(answered), len(labels)))
    for index, (_, prediction) in enumerate(answered):
        for label, probability in prediction.ranked:
            probabilities[index, place[label]] = probability
    measured = evaluation.evaluate(
        probabilities,
        [place[record.label] for record, _ in answered],
        [record.group_key for record, _ in answered],
        labels,
    )
    unanswered, seen = len(rows) - len(answered), _trained_on(labeller, split)
    return measured | {"split": split, "unanswered": unanswered, "trained_on": seen}


@requires(Permission.LOOK)
def ground_run(labeller: Labeller, collection: Collection, split: str) -> Work[dict[str, Any]]:
    """Measure the grounding of a run's attention: whether it lies on the thing that a word names.

    Uses the records of a split as `evaluate_run` does, with or without a label, and the true
    regions in the collection's `regions.json`.

    Args:
        labeller: Run with its encoders.
        collection: Records to measure on.
        split: train, val, test, holdout, or all.

    Raises:
        RunError: The model has no attention.
        RecordsError: The collection has no true regions, or none in that split.
    """
    regions = read_regions(collection.folder / REGIONS)
    rows = _rows_of_split(labeller, collection, split)
    chosen = replace(collection, rows=rows, problems=[])
    measured = yield from measure_grounding(
        labeller.run, chosen, regions, labeller.cache, demo.motifs()
    )
    return measured | {"split": split, "trained_on": _trained_on(labeller, split)}


def _rows_of_split(labeller: Labeller, collection: Collection, split: str) -> list[Row]:
    """The records of a split, by the splits that the run's training assigned to them, if any."""
    assigned = read_splits(labeller.folder, collection)
    return [
        row
        for row in collection.rows
        if row.record and split in ("all", assigned.get(row.record_id) or row.record.split)
    ]


def _trained_on(labeller: Labeller, split: str) -> bool:
    """Whether the run was trained on records of a split."""
    refit = labeller.run.config["training"]["refit"]
    return split in ("train", "all") or (split == "val" and refit)


@requires(Permission.RETRAIN, on=("labeller",), logged_as="keep_metrics")
def save_metrics(labeller: Labeller, measured: dict[str, Any]) -> None:
    """Save the result of `evaluate_run` in the run's metrics and its model card.

    Raises:
        RunError: The run was trained on these records.
    """
    if measured["trained_on"]:
        raise RunError(
            msg("The run was trained on records of the split {split!r}.", split=measured["split"]),
            "Only figures of records that it has not seen are kept in it.",
        )
    run = labeller.run
    run.metrics[measured["split"]] = measured
    storage.write_json(labeller.folder / "metrics.json", run.metrics)
    storage.write_text(labeller.folder / CARD, write_card(run))
