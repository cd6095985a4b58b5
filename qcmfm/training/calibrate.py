"""Calibrate a run with out-of-fold predictions of its training records."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import Timeout

from qcmfm.core.errors import TrainingError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.core.storage import lock
from qcmfm.encoders.features import FeatureCache
from qcmfm.records import Collection
from qcmfm.runs.calibration import Calibration
from qcmfm.runs.neighbours import TrainingNeighbours
from qcmfm.runs.run import Run
from qcmfm.training import TrainingSettings
from qcmfm.training.cross_fitting import FOLDS, out_of_fold

CHUNK = 128
"""Number of records whose features are in memory at once."""


def calibrate(
    run: Run,
    collection: Collection,
    cache: FeatureCache,
    splits: dict[str, str],
    checkpoints: Path,
    folds: int = FOLDS,
) -> Work[Calibration]:
    """Cross-fit a run on its own training records.

    For each fold, a model is trained like the run, for as many epochs, on the other folds. It has
    fewer records than the run, so its predictions are slightly worse, and prediction sets derived
    from them contain the true label slightly more often than required.

    Args:
        run: The run, whose settings and temperature are used.
        collection: The collection that it was trained on.
        cache: Feature cache with the run's encoders.
        splits: Split of each record; those in `train` and `val` are used.
        checkpoints: Folder for checkpoints.
        folds: Number of folds, which is the number of models to train.

    Raises:
        TrainingError: There are too few records.
        RunError: The run was trained with other encoders.
    """
    run.check_encoders(cache.encoders)
    given = run.config["training"]
    settings = TrainingSettings.of(given)
    trained_on = {record_id for record_id, split in splits.items() if split in ("train", "val")}
    # A run continued from another one is approximated by models that are trained from scratch.
    epochs = settings.epochs if run.config.get("parent") else given["epochs_used"]
    answers = yield from out_of_fold(
        collection, cache, settings, checkpoints, run.labels, trained_on, epochs, folds
    )
    places = range(len(answers.records))
    batches = (answers.table.batch(places[start : start + CHUNK]) for start in places[::CHUNK])
    reference = TrainingNeighbours.of(answers.records, batches)
    return Calibration(
        [record.record_id for record in answers.records],
        answers.labels,
        answers.truth,
        answers.probabilities(run.temperature),
        reference,
    )


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[Path]:
    """Lock the calibration of a run and yield the folder for its checkpoints.

    Args:
        folder: Folder of the run.

    Raises:
        TrainingError: The run is already being calibrated.
    """
    busy = lock(folder.with_name(f"{folder.name}.calibration"))
    try:
        busy.acquire(timeout=0)
    except Timeout:
        raise TrainingError(
            msg("The run {name} is being calibrated already.", name=folder.name), "Wait for it."
        ) from None
    try:
        yield folder.with_name(f".{folder.name}.calibration")
    finally:
        busy.release()
        Path(busy.lock_file).unlink(missing_ok=True)
