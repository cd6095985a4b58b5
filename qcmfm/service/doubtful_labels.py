"""Looking for recorded labels that are probably wrong."""

from dataclasses import replace

from qcmfm.access import Permission, requires
from qcmfm.core import storage
from qcmfm.core.errors import TrainingError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.encoders.features import FeatureCache
from qcmfm.inference.out_of_fold_cache import (
    made_from,
    out_of_fold_file,
    read_out_of_fold,
    write_out_of_fold,
)
from qcmfm.records import Collection
from qcmfm.review.corrected_labels import corrected
from qcmfm.review.items import OutOfFold
from qcmfm.review.review import open_review
from qcmfm.runs.folder import read_config
from qcmfm.service.retraining import encoders_of, recorded_collection
from qcmfm.service.runs import find_run
from qcmfm.training import TrainingSettings
from qcmfm.training.cross_fitting import out_of_fold


@requires(Permission.LOOK)
def cached_out_of_fold(name: str, collection: Collection) -> OutOfFold | None:
    """What models that never saw them say of a collection's records; None where not computed.

    Args:
        name: Of the collection.
        collection: Its records, as they were recorded.
    """
    file = out_of_fold_file(name)
    return read_out_of_fold(file, made_from(collection)) if file.is_file() else None


@requires(Permission.RETRAIN, on=("name", "run"))
def find_doubtful_labels(
    name: str, run: str = "", device: str = "auto", cache: FeatureCache | None = None
) -> Work[OutOfFold]:
    """Train on parts of a collection's labels and ask of the others; the answers are kept.

    Labels that reviewers decided count as they were decided.

    Args:
        name: Of the collection.
        run: A run whose settings are taken; empty for the usual ones.
        device: For the encoders.
        cache: Encoders that are loaded already.

    Raises:
        QcmfmError: The collection or the run cannot be read, or there are too few labels.
    """
    config = read_config(find_run(run)) if run else {}
    collection = recorded_collection(name, config)
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
    write_out_of_fold(found, file, made_from(recorded_collection(name, {})))
    storage.discard_folder(checkpoints)
    return found
