"""The trainings of a study, systems x seeds x folds of a collection, and their execution."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from qcmfm import __version__, evaluation
from qcmfm.core.clock import utc_now
from qcmfm.core.errors import StudyError
from qcmfm.core.progress import Progress, Work
from qcmfm.encoders.features import FeatureCache
from qcmfm.encoders.views import names as view_names
from qcmfm.records import Collection
from qcmfm.records.splits import assign_splits, grouped_folds
from qcmfm.studies.trials.loaded_features import LoadedTable, load_table
from qcmfm.studies.trials.results import METRICS, Results, Trial
from qcmfm.studies.trials.trial import System, TrialAnswers, train_and_answer
from qcmfm.studies.trials.worker_processes import side_by_side
from qcmfm.training import TrainingSettings

TEST = "test"
FOLDS = 5


@dataclass(frozen=True)
class EncodedCollection:
    """An encoded collection with its folds.

    Args:
        name: Name of the collection.
        table: Features of its labelled records, in memory.
        labels: Labels to distinguish.
        folds: Rows to fit on and rows to score, by fold: `test`, and `0` to `4` of a grouped
            cross-validation over train and val.
    """

    name: str
    table: LoadedTable
    labels: list[str]
    folds: dict[str, tuple[list[int], list[int]]]

    def fingerprint(self) -> str:
        """A hash of the records in their order, with labels, photos and captions."""
        table = self.table
        content = [
            [r.record_id, r.label, photo, caption]
            for r, photo, caption in zip(
                table.records, table.image_keys, table.caption_keys, strict=True
            )
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def record_rows(self) -> list[dict[str, str]]:
        """The scored records of every fold, in the order of the answers."""
        return [
            {"fold": fold, "record_id": r.record_id, "group": r.group_key, "label": r.label}
            for fold, (_, score) in self.folds.items()
            for r in (self.table.records[row] for row in score)
        ]


def encode_for_study(
    collection: Collection, cache: FeatureCache, views: int, name: str
) -> Work[EncodedCollection]:
    """Encode a collection as far as needed, and read its features into memory.

    Args:
        collection: Records; missing splits are assigned.
        cache: Encoders, with features on disk.
        views: Number of views of each training photo.
        name: Name of the collection in the study.

    Raises:
        StudyError: There is no labelled record to train on, or none to test on.
    """
    records = collection.records
    split = dict(zip([r.record_id for r in records], assign_splits(records), strict=True))
    rows = [
        row
        for row in collection.rows
        if row.record and row.record.label and split[row.record_id] in ("train", "val", TEST)
    ]
    trained = [row for row in rows if split[row.record_id] != TEST]
    if not trained or len(trained) == len(rows):
        raise StudyError(
            f"{name} has no labelled records to train on, or none to test on.",
            "Give a collection with labels.",
        )
    every_view = yield from cache.encode(collection, view_names()[:views], trained)
    table = yield from cache.encode(collection, view_names()[:1], rows)
    table = replace(table, images=every_view.images)
    table = table.subset([row for row in range(len(table)) if not table.is_empty(row)])
    yield Progress("Loading features", 0, 1)
    fit = [i for i, r in enumerate(table.records) if split[r.record_id] != TEST]
    score = [i for i, r in enumerate(table.records) if split[r.record_id] == TEST]
    labels = sorted({table.records[row].label for row in fit})
    score = [row for row in score if table.records[row].label in labels]
    folds = {TEST: (fit, score)} | _cross_validation(table, fit)
    return EncodedCollection(name, load_table(table), labels, folds)


def _cross_validation(table: Any, rows: Sequence[int]) -> dict[str, tuple[list[int], list[int]]]:
    """Grouped folds, stratified by label: rows to fit on and rows to score, by fold."""
    known, records = np.asarray(rows), [table.records[row] for row in rows]
    number = grouped_folds(records, FOLDS)
    return {
        str(fold): (known[number != fold].tolist(), known[number == fold].tolist())
        for fold in range(int(number.max()) + 1)
    }


@dataclass(frozen=True)
class Cell:
    """One training of a plan.

    Args:
        fold: Fold of the collection.
        system: System to train.
        chosen: Training settings.
    """

    fold: str
    system: System
    chosen: TrainingSettings

    def key(self, collection: str) -> tuple[str, ...]:
        """The key of the row that the training will have; see `Trial.key`."""
        return (collection, self.system.name, str(self.chosen.seed), self.fold, "")


@dataclass(frozen=True)
class StudyPlan:
    """The trainings to run on one collection.

    Args:
        systems: Systems to compare.
        seeds: Random seeds of the trainings.
        folds: Folds of the collection.
        settings: Training settings; model, options and seed are replaced by those of the training.
    """

    systems: Sequence[System]
    seeds: Iterable[int]
    folds: Sequence[str]
    settings: TrainingSettings = field(default_factory=TrainingSettings)

    def cells(self) -> list[Cell]:
        """All trainings, ordered so that an interrupted study has treated all systems alike."""
        return [
            Cell(f, s, replace(self.settings, model=s.model, options=s.options, seed=seed))
            for seed in self.seeds
            for f in self.folds
            for s in self.systems
        ]


def carry_out(
    plan: StudyPlan,
    material: EncodedCollection,
    results: Results,
    until: Callable[[], bool] = lambda: False,
) -> Work[int]:
    """Run all trainings of a plan that have no row yet; returns how many are still missing.

    Args:
        plan: Trainings to run.
        material: Encoded collection to train on.
        results: Results folder for rows and answers.
        until: Called before each training; returns whether to stop.
    """
    results.save_records(material.name, material.record_rows())
    cells, done = plan.cells(), results.done()
    todo = [cell for cell in cells if cell.key(material.name) not in done]
    finished = len(cells) - len(todo)
    for trial, probabilities in side_by_side(_train, material, todo, until):
        results.save_answers(trial, probabilities)
        results.add([trial])
        finished += 1
        note = f"{trial.system}, seed {trial.seed}, {trial.fold}: {trial.accuracy:.3f}"
        yield Progress(f"Training on {material.name}", finished, len(cells), note)
    return len(cells) - finished


def _train(material: EncodedCollection, cell: Cell) -> tuple[Trial, np.ndarray]:
    """Run one training; returns its row and the probabilities of the scored records."""
    fit, score = material.folds[cell.fold]
    answers = train_and_answer(material.table, fit, score, cell.chosen, material.labels)
    trial = measured(material, cell.system.name, cell.fold, answers, cell.chosen)
    return trial, answers.probabilities


def measured(
    material: EncodedCollection,
    system: str,
    fold: str,
    answers: TrialAnswers,
    chosen: TrainingSettings,
    condition: str = "",
) -> Trial:
    """Measure the answers of a training, as a row of the results.

    Args:
        material: Encoded collection that it was trained on.
        system: Name of the trained system.
        fold: Fold that was scored.
        answers: Answers for the scored records of the fold.
        chosen: Training settings.
        condition: What else distinguishes the row, such as a noise setting.
    """
    records = [material.table.records[row] for row in material.folds[fold][1]]
    found = evaluation.evaluate(
        answers.probabilities,
        [material.labels.index(record.label) for record in records],
        [record.group_key for record in records],
        material.labels,
        resamples=1,
    )
    key = json.dumps([asdict(chosen), material.fingerprint()])
    return Trial(
        collection=material.name,
        system=system,
        seed=chosen.seed,
        fold=fold,
        records=len(records),
        **{metric: found[metric]["value"] for metric in METRICS},
        parameters=answers.parameters,
        train_seconds=answers.train_seconds,
        answer_milliseconds=answers.answer_milliseconds,
        condition=condition,
        made=utc_now(),
        version=__version__,
        settings=hashlib.sha256(key.encode()).hexdigest()[:12],
    )
