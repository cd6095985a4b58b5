"""Retraining: trains a better run on the reviewed labels of a collection."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from qcmfm.access import Permission, requires
from qcmfm.core import settings, storage
from qcmfm.core.errors import TrainingError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.records import Collection, Row, read_collection
from qcmfm.review.corrected_labels import corrected, reviewed_count
from qcmfm.review.review import open_review
from qcmfm.runs.folder import read_config, read_splits
from qcmfm.runs.run import Run, read_run
from qcmfm.service.collections import open_collection
from qcmfm.service.run_comparison import COMPARISON, RunComparison, compare_with_parent
from qcmfm.service.runs import find_run, run_folders
from qcmfm.training import StartingPoint, TrainingSettings
from qcmfm.training.train import train

STEPS = 8
"""Minimum number of steps per epoch when fine-tuning; a small collection gets small batches."""


@requires(Permission.LOOK)
def training_labels(collection: str) -> list[str]:
    """Catalogue labels of a collection, in alphabetical order.

    Raises:
        RecordsError: There is no such collection, or it cannot be read.
    """
    return sorted(collection_with_catalogue_labels(collection, {}).labels)


@requires(Permission.RETRAIN, on=("name", "parent", "out"), logged_as="learn")
def retrain(
    name: str,
    parent: str = "",
    out: str = "",
    chosen: TrainingSettings | None = None,
    device: str = "auto",
    cache: FeatureCache | None = None,
) -> Work[RunComparison]:
    """Train a run on the catalogue and reviewed labels of a collection, and compare it.

    With a parent, the new run has its model and settings. If the parent was trained on the same
    collection, the new run is trained from scratch, so that labels corrected since have no effect;
    else it is fine-tuned from the parent's weights. Test records stay test records.

    Args:
        name: Name of the collection.
        parent: Name of the run to improve; empty to train from scratch.
        out: Name of the new run; by default that of the collection with a number.
        chosen: Training settings without a parent; None for the default.
        device: Device of the encoders.
        cache: Loaded encoders, those of the parent; None to load them.

    Raises:
        QcmfmError: The collection or the parent cannot be read, or be trained on.
    """
    config = read_config(find_run(parent)) if parent else {}
    collection, state = _labelled_now(name, config)
    collection = _with_splits(collection, find_run(parent) if parent else None)
    how = TrainingSettings.of(config["training"]) if parent else chosen or TrainingSettings()
    ancestor = _ancestor(parent, config, collection)
    if ancestor:
        labelled = sum(bool(record.label) for record in collection.records)
        how = replace(how, batch_size=min(TrainingSettings.batch_size, max(4, labelled // STEPS)))
    start = _start(read_run(find_run(ancestor))) if ancestor else None
    cache = cache or encoders_of(config, device)
    folder = settings.runs_folder() / (out or next_run_name(name))
    counts = reviewed_count(collection_with_catalogue_labels(name, config), state)
    provenance = {
        "command": f"python -m qcmfm retrain --collection {json.dumps(name)}"
        + (f" --run {parent}" if parent else " --from-scratch"),
        "caption_column": config.get("caption_column", "caption"),
        "parent": parent or None,
        "parent_sha256": config.get("sha256", {}).get("weights.safetensors"),
        "decisions": counts,
        "started_from": ancestor or None,
        "notes": _note(parent, ancestor),
    }
    if out and (folder / "run.json").is_file() and not (folder / COMPARISON).is_file():
        run = read_run(folder)  # An earlier attempt stopped between training and comparison.
    else:
        run = yield from train(collection, cache, how, folder, provenance, start)
    about = RunComparison(name, run.name, parent, 0, counts["decided"], counts["changed"])
    comparison = yield from compare_with_parent(about, collection, cache)
    storage.write_json(folder / COMPARISON, asdict(comparison))
    return comparison


@requires(Permission.LOOK)
def collection_with_catalogue_labels(name: str, config: Mapping[str, Any]) -> Collection:
    """A collection with its catalogue labels, and the captions that a run is trained on.

    Args:
        name: Name of the collection.
        config: Configuration of the run; empty for the default captions.

    Raises:
        RecordsError: There is no such collection, or it cannot be read.
    """
    collection = open_collection(name)
    column = config.get("caption_column", "caption")
    return (
        read_collection(collection.folder, column) if column in collection.columns else collection
    )


def _labelled_now(name: str, config: Mapping[str, Any]) -> tuple[Collection, Any]:
    """The collection with its current labels, and its review state."""
    collection, state = collection_with_catalogue_labels(name, config), open_review(name).refresh()
    collection = corrected(collection, state)
    labels = collection.labels
    if len(labels) < 2:
        raise TrainingError(
            msg("The records of {name} have {n} different label(s).", name=name, n=len(labels)),
            "Review some first: at least two labels, and twenty records of each to be useful.",
        )
    return collection, state


def _with_splits(collection: Collection, parent: Path | None) -> Collection:
    """Keep the splits that the parent assigned, and train on labelled records without a split.

    If no record has a split, the training assigns them.
    """
    assigned = _parent_splits(parent, collection) if parent else {}
    if not assigned and not any(r.split in ("train", "val", "test") for r in collection.records):
        return collection
    of_group = {
        record.group_key: split
        for record in collection.records
        if (split := assigned.get(record.record_id) or record.split)
    }
    rows: list[Row] = []
    for row in collection.rows:
        record = row.record
        if record is None or not record.label:
            rows.append(row)
            continue
        split = assigned.get(record.record_id) or record.split or of_group.get(record.group_key)
        # Newly labelled records are trained on; the test split stays the same.
        split = "train" if split in (None, "", "holdout") else split
        rows.append(replace(row, record=record.changed(split=split)))
    return replace(collection, rows=rows)


def _parent_splits(parent: Path, collection: Collection) -> dict[str, str]:
    """The splits that the training of the parent assigned, by record id."""
    if exact := read_splits(parent, collection):
        return exact
    file = parent / "splits.json"
    trained_here = read_config(parent)["data"]["collection"] == collection.folder.name
    if not (trained_here and file.is_file()):
        return {}
    splits: dict[str, str] = json.loads(file.read_text("utf-8"))["splits"]
    return splits


def _ancestor(parent: str, config: Mapping[str, Any], collection: Collection) -> str:
    """The run whose weights the training starts from; empty for none.

    A parent that was trained on this collection would pass on its former labels, including those
    that were wrong.
    """
    if not parent:
        return ""
    data = config["data"]
    known = sum(r.split in ("train", "val", "") for r in collection.records if r.label)
    here = data["collection"] == collection.folder.name
    if not here or known < 0.9 * (data["train_records"] + data["val_records"]):
        return parent  # It was trained on more than this collection holds.
    before = config.get("started_from") or ""
    return before if not before or before in run_folders() else parent


@requires(Permission.LOOK)
def encoders_of(config: Mapping[str, Any], device: str = "auto") -> FeatureCache:
    """Load the encoders of a run, or the default ones if `config` is empty."""
    named = config.get("encoders", {"image": {"name": ""}, "text": {"name": ""}})
    encoders = load_encoders(named["image"]["name"], named["text"]["name"], device)
    return FeatureCache(encoders, settings.features_folder())


def _start(run: Run) -> StartingPoint:
    return StartingPoint(run.model.state_dict(), run.labels, run.lexicon, run.sha256)


@requires(Permission.LOOK)
def next_run_name(collection: str) -> str:
    """A name for the next run that is trained on a collection."""
    taken = run_folders()
    number = 1
    while (name := f"{collection}-{number}") in taken or (settings.runs_folder() / name).exists():
        number += 1
    return name


def _note(parent: str, ancestor: str) -> str:
    labels = "on the collection's recorded and reviewed labels."
    if ancestor:
        return f"Trained further from the weights of {ancestor}, {labels}"
    return (
        f"Trained anew, as {parent} was, {labels}" if parent else f"Trained from nothing {labels}"
    )
