"""Cross-fitting: out-of-fold predictions by models that saw neither a record nor its object.

The labelled records are divided into folds, grouped by object and stratified by label. For each
fold, a model is trained on the others. Comparing its predictions with the catalogue labels
calibrates prediction sets (conformal prediction) and finds doubtful labels (confident learning).
"""

from collections.abc import Collection as Some
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from qcmfm import evaluation
from qcmfm.core.progress import Progress, Work
from qcmfm.encoders.features import FeatureCache, FeatureTable
from qcmfm.encoders.views import names as view_names
from qcmfm.records import Collection, Record
from qcmfm.records.splits import grouped_folds
from qcmfm.training import Trainer, TrainingData, TrainingSettings

FOLDS = 5


@dataclass(frozen=True)
class OutOfFoldAnswers:
    """Predictions for each record by the model that was not trained on its fold.

    Args:
        records: Records, in the order of the rows.
        labels: Labels, in the order of the columns.
        logits: Logits before calibration.
        fold: Fold number of each record.
        table: Features of the records.
    """

    records: list[Record]
    labels: list[str]
    logits: Float[np.ndarray, "record label"]
    fold: Int[np.ndarray, " record"]
    table: FeatureTable

    @property
    def truth(self) -> Int[np.ndarray, " record"]:
        """Index of each record's catalogue label."""
        number = {label: place for place, label in enumerate(self.labels)}
        return np.array([number[record.label] for record in self.records], dtype=np.int64)

    def probabilities(self, temperature: float | None = None) -> Float[np.ndarray, "record label"]:
        """Calibrated probabilities; each row adds up to 1.

        Args:
            temperature: Divisor of the logits; by default the one that fits these records best.
        """
        if temperature is None:
            temperature = evaluation.fit_temperature(self.logits, self.truth)
        return evaluation.softmax(self.logits, temperature)


def out_of_fold(
    collection: Collection,
    cache: FeatureCache,
    settings: TrainingSettings,
    checkpoints: Path,
    labels: Sequence[str] = (),
    only: Some[str] | None = None,
    passes: int = 0,
    folds: int = FOLDS,
) -> Work[OutOfFoldAnswers]:
    """Train a model for each fold and predict the records of that fold.

    Interrupted work resumes after the last complete epoch.

    Args:
        collection: Records; those with a label and a photo or caption are used.
        cache: Feature cache with the encoders.
        settings: Training settings.
        checkpoints: Folder for checkpoints; the caller discards it once the result is stored.
        labels: Labels to predict; by default all that occur. Records with others are skipped.
        only: Ids of the records to use; by default all.
        passes: Number of epochs; by default `settings.epochs`.
        folds: Number of folds; reduced to the number of objects if that is smaller.

    Raises:
        TrainingError: There are too few labels or objects.
    """
    known = list(labels) or sorted(collection.labels)
    rows = [
        row
        for row in collection.rows
        if row.record and row.record.label in known and (only is None or row.record_id in only)
    ]
    views = view_names()[: settings.views]
    table = yield from cache.encode(collection, views, rows)
    table = table.subset([row for row in range(len(table)) if not table.is_empty(row)])
    fold = grouped_folds(table.records, folds, settings.seed)
    logits = np.zeros((len(table), len(known)))
    made_with = [cache.encoders.image.id, cache.encoders.text.id]
    checkpoints.mkdir(parents=True, exist_ok=True)
    count, passes = int(fold.max()) + 1, passes or settings.epochs
    for number in range(count):
        split = np.where(fold == number, "", "train").tolist()
        data = TrainingData(table, split, known)
        once = replace(settings, refit=False)
        trainer = Trainer(data, once, made_with, checkpoints / f"fold-{number}.safetensors")
        for event in trainer.run(passes):
            done = number * passes + event.done
            note = f"fold {number + 1} of {count}"
            yield Progress("Training on the other folds", done, count * passes, note)
        held_out = np.flatnonzero(fold == number)
        logits[held_out] = trainer.logits(trainer.best, held_out.tolist()).numpy()
    return OutOfFoldAnswers(table.records, known, logits, fold, table)
