"""Search for catalogue labels that are probably wrong."""

from dataclasses import replace

from qcmfm.access import Permission, requires
from qcmfm.core import storage
from qcmfm.core.errors import TrainingError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.encoders.features import FeatureCache
from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.inference.out_of_fold_cache import (
    made_from,
    out_of_fold_file,
    read_out_of_fold,
    write_out_of_fold,
)
from qcmfm.records import Collection
from qcmfm.review.corrected_labels import corrected
from qcmfm.review.review import open_review
from qcmfm.runs.folder import read_config
from qcmfm.service.retraining import collection_with_catalogue_labels, encoders_of
from qcmfm.service.runs import find_run
from qcmfm.training import TrainingSettings
from qcmfm.training.cross_fitting import out_of_fold


@requires(Permission.LOOK)
def cached_out_of_fold(name: str, collection: Collection) -> OutOfFold | None:
    """Cached out-of-fold probabilities of a collection; None if they were not computed.

    Args:
        name: Name of the collection.
        collection: Its records with catalogue labels.
    """
    file = out_of_fold_file(name)
    return read_out_of_fold(file, made_from(collection)) if file.is_file() else None


@requires(Permission.RETRAIN, on=("name", "run"), logged_as="compare_labels")
def find_doubtful_labels(
    name: str, run: str = "", device: str = "auto", cache: FeatureCache | None = None
) -> Work[OutOfFold]:
    """Compute out-of-fold probabilities by cross-validation, and cache them.

    Reviewed records are trained on with their reviewed labels.

    Args:
        name: Name of the collection.
        run: Name of a run whose settings are used; empty for the default settings.
        device: Device of the encoders.
        cache: Loaded encoders; None to load them.

    Raises:
        QcmfmError: The collection or the run cannot be read, or there are too few labels.
    """
    config = read_config(find_run(run)) if run else {}
    collection = collection_with_catalogue_labels(name, config)
    now = corrected(collection, open_review(name).refresh())
    if len(now.labels) < 2:
        raise TrainingError(
            msg("The records of {name} have fewer than two labels.", name=name),
            "There is nothing to compare.",
        )
    how = TrainingSettings.of(config["training"]) if run else TrainingSettings()
    used = config.get("training", {}).get("epochs_used")
    how = replace(how, epochs=used or how.epochs, patience=how.epochs)
    cache = cache or encoders_of(config, device)
    file = out_of_fold_file(name)
    checkpoints = file.with_name(f".{file.name}.partial")
    answers = yield from out_of_fold(now, cache, how, checkpoints)
    ids = [record.record_id for record in answers.records]
    found = OutOfFold(ids, answers.labels, answers.probabilities())
    write_out_of_fold(found, file, made_from(collection_with_catalogue_labels(name, {})))
    storage.discard_folder(checkpoints)
    return found
