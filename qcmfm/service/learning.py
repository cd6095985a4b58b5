"""A better run from what was decided: training, before and after, and adopting it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from qcmfm import adoption, evaluation, settings, storage
from qcmfm.access import Permission, door
from qcmfm.clock import utc_now
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.errors import RecordsError, RunError, TrainingError
from qcmfm.predicting import predict
from qcmfm.progress import Work
from qcmfm.records import Collection, Record, Row, read_collection
from qcmfm.review.corrected import corrected, reviewed_count
from qcmfm.review.review import open_review
from qcmfm.run_folder import read_config, read_splits
from qcmfm.runs import Run, read_run
from qcmfm.sentences import say
from qcmfm.service.collections import collection_folders
from qcmfm.service.labelling import Labeller
from qcmfm.service.measuring import evaluate_run, keep_metrics
from qcmfm.service.runs import find_run, run_folders, runs_for
from qcmfm.trainer import Start, TrainingSettings
from qcmfm.training import train

COMPARISON = "comparison.json"
STEPS = 8
"""Least steps of a pass where a run is trained further; a small collection has small batches."""


@dataclass(frozen=True)
class Comparison:
    """A run and the one it was made from, on the same test records.

    Args:
        collection: Name of the collection.
        run: Name of the new run.
        parent: Name of the run before; empty where it was trained from nothing.
        records: Test records that both labelled.
        decided: Records whose label a reviewer decided.
        changed: Those whose recorded label was another.
        before: Accuracy of the parent, `value`, `low` and `high` of its 95% interval.
        after: Accuracy of the new run.
        difference: After minus before, on the same records.
    """

    collection: str
    run: str
    parent: str
    records: int
    decided: int
    changed: int
    before: dict[str, float] | None = None
    after: dict[str, float] | None = None
    difference: dict[str, float] | None = None


@door(Permission.LOOK)
def adopted_run(collection: str) -> str:
    """The run that proposes the labels of a collection; empty where none was adopted.

    Raises:
        RunError: The file of adoptions is damaged.
    """
    known = run_folders()
    found = [each.run for each in adoption.adoptions(collection) if each.run in known]
    return found[-1] if found else ""


@door(Permission.ADOPT, on=("collection", "run"))
def adopt_run(collection: str, run: str, who: str) -> None:
    """Let a run propose the labels of a collection from now on.

    Predictions that other runs made stay, and say which run made them.

    Raises:
        RunError: There is no such run, or the file of adoptions is damaged.
    """
    if run not in run_folders():
        raise RunError(say("There is no run {run!r}.", run=run), "Choose one of the list.")
    adoption.adopt(collection, adoption.Adoption(run, who, utc_now()))


@door(Permission.LOOK)
def labels_of(collection: str) -> list[str]:
    """What the records of a collection are labelled with, in alphabetical order.

    Raises:
        RecordsError: There is no such collection, or it cannot be read.
    """
    records = recorded_collection(collection, {}).records
    return sorted({record.label for record in records if record.label})


@door(Permission.LOOK)
def run_to_improve(collection: str, labels: Sequence[str]) -> str:
    """The run that a retraining starts from: the adopted one, else the best fit; else empty.

    Args:
        collection: Name of the collection.
        labels: What its records are labelled with.
    """
    return adopted_run(collection) or next(iter(runs_for(labels)), "")


@door(Permission.RETRAIN, on=("name", "parent", "out"))
def learn(
    name: str,
    parent: str = "",
    out: str = "",
    chosen: TrainingSettings | None = None,
    device: str = "auto",
    cache: FeatureCache | None = None,
) -> Work[Comparison]:
    """Train a run on a collection's recorded and reviewed labels, and compare it.

    With a parent, the new run has its model and settings. Where the parent was trained on this
    very collection, the new one is trained as it was, so that labels that were corrected since
    leave no trace; else it goes on from the parent's weights and keeps what the parent knows. What
    was test stays test.

    Args:
        name: Of the collection.
        parent: Name of the run to improve; empty to train from nothing.
        out: Name of the new run; by default the collection's with a number.
        chosen: How to train, where there is no parent.
        device: For the encoders.
        cache: Encoders that are loaded already; those of the parent.

    Raises:
        QcmfmError: The collection or the parent cannot be read, or be trained on.
    """
    config = read_config(find_run(parent)) if parent else {}
    collection, state = _labelled_now(name, config)
    collection = _with_splits(collection, find_run(parent) if parent else None)
    how = settings_of(config) if parent else chosen or TrainingSettings()
    ancestor = _ancestor(parent, config, collection)
    if ancestor:
        labelled = sum(bool(record.label) for record in collection.records)
        how = replace(how, batch_size=min(TrainingSettings.batch_size, max(4, labelled // STEPS)))
    start = _start(read_run(find_run(ancestor))) if ancestor else None
    cache = cache or encoders_of(config, device)
    folder = settings.runs_folder() / (out or next_run_name(name))
    counts = reviewed_count(recorded_collection(name, config), state)
    provenance = {
        "command": f"python -m qcmfm retrain --collection {json.dumps(name)}"
        + (f" --run {parent}" if parent else " --from-nothing"),
        "caption_column": config.get("caption_column", "caption"),
        "parent": parent or None,
        "parent_sha256": config.get("sha256", {}).get("weights.safetensors"),
        "decisions": counts,
        "started_from": ancestor or None,
        "notes": _note(parent, ancestor),
    }
    if out and (folder / "run.json").is_file() and not (folder / COMPARISON).is_file():
        run = read_run(folder)  # stopped between training and comparing
    else:
        run = yield from train(collection, cache, how, folder, provenance, start)
    about = Comparison(name, run.name, parent, 0, counts["decided"], counts["changed"])
    comparison = yield from _compare(about, collection, cache)
    storage.write_json(folder / COMPARISON, asdict(comparison))
    return comparison


@door(Permission.LOOK)
def comparison_of(run: str) -> Comparison | None:
    """How a run compares with the one it was made from; None where that was not measured.

    Raises:
        RunError: There is no such run, or the file is damaged.
    """
    file = find_run(run) / COMPARISON
    if not file.is_file():
        return None
    try:
        return Comparison(**json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise RunError(
            say("{comparison} of the run {run} cannot be read.", comparison=COMPARISON, run=run),
            "Train again.",
        ) from error


@door(Permission.LOOK)
def recorded_collection(name: str, config: Mapping[str, Any]) -> Collection:
    """A collection as it was recorded, with the captions that a run is trained on.

    Args:
        name: Of the collection.
        config: Of the run; empty for the usual captions.

    Raises:
        RecordsError: There is no such collection, or it cannot be read.
    """
    folder = collection_folders().get(name)
    if folder is None:
        listed = ", ".join(collection_folders()) or "none"
        raise RecordsError(
            say("There is no collection {name!r}.", name=name[:80]),
            say("There are: {listed}.", listed=listed),
        )
    collection = read_collection(folder)
    column = config.get("caption_column", "caption")
    return read_collection(folder, column) if column in collection.columns else collection


def _labelled_now(name: str, config: Mapping[str, Any]) -> tuple[Collection, Any]:
    """The collection with the labels it has now, and the state of its review."""
    collection, state = recorded_collection(name, config), open_review(name).refresh()
    collection = corrected(collection, state)
    labels = {record.label for record in collection.records if record.label}
    if len(labels) < 2:
        raise TrainingError(
            say("The records of {name} have {n} different label(s).", name=name, n=len(labels)),
            "Review some first: at least two labels, and twenty records of each to be useful.",
        )
    return collection, state


def _with_splits(collection: Collection, parent: Path | None) -> Collection:
    """What the parent made of the records stays; a labelled record without a split is trained on.

    Where no record has a split, the training makes them.
    """
    made = _splits_made(parent, collection) if parent else {}
    if not made and not any(r.split in ("train", "val", "test") for r in collection.records):
        return collection
    of_group = {
        record.group_key: split
        for record in collection.records
        if (split := made.get(record.record_id) or record.split)
    }
    rows: list[Row] = []
    for row in collection.rows:
        record = row.record
        if record is None or not record.label:
            rows.append(row)
            continue
        split = made.get(record.record_id) or record.split or of_group.get(record.group_key)
        # A label on a record that had none is worth training on; the test stays what it was.
        split = "train" if split in (None, "", "holdout") else split
        rows.append(replace(row, record=record.changed(split=split)))
    return replace(collection, rows=rows)


def _splits_made(parent: Path, collection: Collection) -> dict[str, str]:
    """The splits that the training of the parent made, for the records that were there then."""
    if exact := read_splits(parent, collection):
        return exact
    file = parent / "splits.json"
    trained_here = read_config(parent)["data"]["collection"] == collection.folder.name
    if not (trained_here and file.is_file()):
        return {}
    made: dict[str, str] = json.loads(file.read_text("utf-8"))["splits"]
    return made


def _ancestor(parent: str, config: Mapping[str, Any], collection: Collection) -> str:
    """The run whose weights the training goes on from; empty for none.

    A parent that was trained on this collection would hand on the labels it was trained with, those
    that were wrong too.
    """
    if not parent:
        return ""
    data = config["data"]
    known = sum(r.split in ("train", "val", "") for r in collection.records if r.label)
    here = data["collection"] == collection.folder.name
    if not here or known < 0.9 * (data["train_records"] + data["val_records"]):
        return parent  # it knows more than this collection can teach
    before = config.get("started_from") or ""
    return before if not before or before in run_folders() else parent


@door(Permission.LOOK)
def encoders_of(config: Mapping[str, Any], device: str = "auto") -> FeatureCache:
    """The encoders of a run, or the usual ones where `config` is empty."""
    named = config.get("encoders", {"image": {"name": ""}, "text": {"name": ""}})
    encoders = load_encoders(named["image"]["name"], named["text"]["name"], device)
    return FeatureCache(encoders, settings.features_folder())


@door(Permission.LOOK)
def settings_of(config: Mapping[str, Any]) -> TrainingSettings:
    """How a run was trained."""
    names = {field.name for field in fields(TrainingSettings)}
    return TrainingSettings(**{k: v for k, v in config["training"].items() if k in names})


def _start(run: Run) -> Start:
    return Start(run.model.state_dict(), run.labels, run.lexicon, run.sha256)


@door(Permission.LOOK)
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


def _compare(about: Comparison, collection: Collection, cache: FeatureCache) -> Work[Comparison]:
    """Measure a run and its parent on the same test records."""
    after = _labeller(about.run, cache)
    made = read_splits(after.folder, collection)
    rows = [
        row
        for row in collection.rows
        if row.record
        and row.record.label
        and (made.get(row.record_id) or row.record.split) == "test"
    ]
    if not rows:
        return about
    measured = yield from evaluate_run(after, collection, "test")
    keep_metrics(after, measured)
    chosen = replace(collection, rows=rows, problems=[])
    new = yield from predict(after.run, chosen, after.cache)
    records = [row.record for row in rows if row.record]
    right = {"after": _right(records, [said.label for said in new])}
    if about.parent:
        before = _labeller(about.parent, cache)
        old = yield from predict(before.run, chosen, before.cache)
        right["before"] = _right(records, [said.label for said in old])
        right["difference"] = right["after"] - right["before"]
    intervals = evaluation.mean_intervals(right, [record.group_key for record in records])
    found = {what: interval.to_json() for what, interval in intervals.items()}
    return replace(about, records=len(records), **found)


def _labeller(run: str, cache: FeatureCache) -> Labeller:
    folder = find_run(run)
    return Labeller(read_run(folder), cache, folder)


def _right(records: Sequence[Record], said: Sequence[str]) -> np.ndarray:
    return np.array(
        [float(record.label == label) for record, label in zip(records, said, strict=True)]
    )
