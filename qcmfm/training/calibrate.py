"""A run's out-of-fold answers: computed on the records that it was trained on."""

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
"""Records whose features are in memory at once."""


def calibrate(
    run: Run,
    collection: Collection,
    cache: FeatureCache,
    splits: dict[str, str],
    checkpoints: Path,
    folds: int = FOLDS,
) -> Work[Calibration]:
    """Cross-fit a run on its own training records.

    For each fold a model is trained as the run was, for as many passes, on the other folds. It sees
    less than the run did, so its answers are a little worse, and sets of labels that are made from
    them hold the true one a little more often than asked.

    Args:
        run: The run; its settings and temperature are used.
        collection: What it was trained on.
        cache: Its encoders and the features on disk.
        splits: Split of each record; those in `train` and `val` are used.
        checkpoints: Folder that keeps what was done.
        folds: How many models are trained.

    Raises:
        TrainingError: The records are too few.
        RunError: The run was trained with other encoders.
    """
    run.check_encoders(cache.encoders)
    given = run.config["training"]
    settings = TrainingSettings.of(given)
    wanted = {record_id for record_id, split in splits.items() if split in ("train", "val")}
    # A run that went on from another is imitated by models that are trained from nothing.
    passes = settings.epochs if run.config.get("parent") else given["epochs_used"]
    answers = yield from out_of_fold(
        collection, cache, settings, checkpoints, run.labels, wanted, passes, folds
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
    """The folder for the checkpoints of a run's calibration, which nobody else uses.

    Raises:
        TrainingError: Somebody else is calibrating the run.
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
