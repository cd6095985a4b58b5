"""Train a model on a collection and write the run."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from filelock import Timeout

from qcmfm import __version__, evaluation, fusion
from qcmfm.core.clock import utc_now
from qcmfm.core.errors import TrainingError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.core.storage import discard_folder, lock, publish_folder
from qcmfm.encoders.features import FeatureCache
from qcmfm.encoders.views import names as view_names
from qcmfm.records import Collection
from qcmfm.records.splits import assign_splits
from qcmfm.records.vocabulary import aat_uri
from qcmfm.runs.calibration import write_calibration
from qcmfm.runs.model_card import write_card
from qcmfm.runs.run import Run, read_run, write_run
from qcmfm.training import StartingPoint, Trainer, TrainingData, TrainingSettings
from qcmfm.training.calibrate import calibrate


def train(
    collection: Collection,
    cache: FeatureCache,
    settings: TrainingSettings,
    out: Path,
    provenance: dict[str, Any] | None = None,
    start: StartingPoint | None = None,
    folds: int = 0,
) -> Work[Run]:
    """Train a model on a collection and write the run.

    Interrupted training resumes after its last complete epoch when it is started again with the
    same records and settings, and gives the same result as an uninterrupted one.

    Args:
        collection: Records with labels; missing splits are assigned.
        cache: Feature cache with the encoders.
        settings: Training settings.
        out: Folder of the run; must not exist.
        provenance: Further content of `run.json`: the command, the parent run, and `notes` on the
            data and its known weaknesses, in Markdown, for the model card.
        start: Model to continue from; None for random weights.
        folds: Number of additional models for the calibration; 0 for none.

    Raises:
        TrainingError: The records cannot be trained on, or `out` exists or is being written.
    """
    if out.exists():
        raise TrainingError(msg("{out} exists already.", out=out), "Choose another name.")
    fusion.model_class(settings.model).Options.parse(settings.options)  # before any long work
    busy = lock(out)
    try:
        busy.acquire(timeout=0)
    except Timeout:
        raise TrainingError(
            msg("Another training writes to {out}.", out=out),
            "Wait for it, or choose another name.",
        ) from None
    try:
        given = provenance or {}
        return (yield from _train(collection, cache, settings, out, given, start, folds))
    finally:
        busy.release()
        Path(busy.lock_file).unlink(missing_ok=True)


def _train(
    collection: Collection,
    cache: FeatureCache,
    settings: TrainingSettings,
    out: Path,
    provenance: dict[str, Any],
    start: StartingPoint | None,
    folds: int,
) -> Work[Run]:
    records = collection.records
    splits = dict(
        zip([r.record_id for r in records], assign_splits(records, settings.seed), strict=True)
    )
    train_on = {r.record_id for r in records if r.label and splits[r.record_id] in ("train", "val")}
    rows = [row for row in collection.rows if row.record and row.record_id in train_on]
    views = view_names()[: settings.views]
    table = yield from cache.encode(collection, views, rows)
    table = table.subset([row for row in range(len(table)) if not table.is_empty(row)])
    split = [splits[record.record_id] for record in table.records]
    data = TrainingData(table, split, start=start)
    checkpoints = out.with_name(f".{out.name}.partial")
    checkpoints.mkdir(parents=True, exist_ok=True)
    made_with = [cache.encoders.image.id, cache.encoders.text.id]
    first = Trainer(data, settings, made_with, checkpoints / "train.safetensors", start)
    yield from first.run(settings.epochs)
    run = _measured(first, data, cache, out.name)
    if settings.refit:
        both = TrainingData(table, ["train"] * len(table), data.labels, start)
        second = Trainer(both, settings, made_with, checkpoints / "refit.safetensors", start)
        yield from second.run(first.best_epoch)
        run.model, run.lexicon = second.best, both.lexicon
    parameters = run.model.n_parameters()
    run.config |= {"parameters": parameters, "data": data.describe(collection), **provenance}
    assigned = any(splits[r.record_id] != r.split for r in records)
    finished = out.with_name(f".{out.name}.finished")
    discard_folder(finished)  # left by a process that was killed before the rename
    write_run(run, finished, write_card(run), (collection, splits) if assigned else None)
    if folds:
        out_of_fold = checkpoints / "folds"
        calibration = yield from calibrate(run, collection, cache, splits, out_of_fold, folds)
        write_calibration(calibration, finished, run.sha256)
    publish_folder(finished, out)
    discard_folder(checkpoints)
    return read_run(out)


def _measured(trainer: Trainer, data: TrainingData, cache: FeatureCache, name: str) -> Run:
    """A run with the best weights; temperature and metrics come from `val`."""
    logits = trainer.logits(trainer.best, data.val).numpy()
    truth = data.target[data.val].numpy()
    temperature = evaluation.fit_temperature(logits, truth)
    groups = [data.table.records[row].group_key for row in data.val]
    measured = evaluation.evaluate(
        evaluation.softmax(logits, temperature), truth.tolist(), groups, data.labels
    )
    encoders = {
        kind: {"name": encoder.name, "id": encoder.id}
        for kind, encoder in (("image", cache.encoders.image), ("text", cache.encoders.text))
    }
    config = {
        "name": name,
        "created": utc_now(),
        "parent": None,
        "encoders": encoders,
        "vocabulary": {label: aat_uri(label) for label in data.labels},
        "training": asdict(trainer.settings) | {"epochs_used": trainer.best_epoch},
        "software": {"qcmfm": __version__, "torch": torch.__version__},
    }
    return Run(
        name, trainer.best, data.labels, data.lexicon, temperature, config, {"val": measured}
    )
