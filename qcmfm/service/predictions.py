"""Predictions of runs for entire collections, cached on disk."""

import contextlib
from collections.abc import Sequence

from qcmfm.access import Permission, actor, requires
from qcmfm.core.errors import RunError
from qcmfm.core.progress import Work
from qcmfm.encoders.fair_queue import ENCODERS
from qcmfm.inference.predict import predict
from qcmfm.inference.prediction import Prediction
from qcmfm.inference.prediction_cache import (
    fingerprint,
    predictions_file,
    read_cached,
    write_cached,
)
from qcmfm.observability import metrics
from qcmfm.records import Collection
from qcmfm.service.labelling import Labeller
from qcmfm.service.runs import run_version


@requires(Permission.LOOK)
def cached_predictions(name: str, run: str, made_from: str) -> dict[str, Prediction] | None:
    """Cached predictions of a run by record id; None if there are none for these records.

    Args:
        name: Name of the collection.
        run: Name of the run.
        made_from: Current `fingerprint` of the collection and the run.
    """
    cached = read_cached(predictions_file(name, run), made_from)
    return None if cached is None else _by_record(cached)


@requires(Permission.PREPARE, on=("name",))
def label_collection(
    labeller: Labeller, name: str, collection: Collection
) -> Work[dict[str, Prediction]]:
    """Label every record of a collection, and cache the predictions.

    Args:
        labeller: Run with its encoders.
        name: Name of the collection.
        collection: Records to label.
    """
    made_from = fingerprint(collection, labeller.run.version)
    work = predict(labeller.run, collection, labeller.cache)
    predictions = yield from ENCODERS.step_by_step(actor().session, work)
    metrics.answered(len(predictions))
    write_cached(predictions, predictions_file(name, labeller.run.name), made_from)
    return _by_record(predictions)


def _by_record(predictions: Sequence[Prediction]) -> dict[str, Prediction]:
    return {prediction.record_id: prediction for prediction in predictions if prediction.ranked}


@requires(Permission.LOOK)
def runs_with_predictions(name: str) -> list[str]:
    """Runs with cached predictions, each with the time of these: a key that changes with them.

    Args:
        name: Name of the collection.
    """
    files = sorted(predictions_file(name, "any").parent.glob("*.parquet"))
    return [f"{file.stem} {file.stat().st_mtime_ns}" for file in files if file.stem[0] != "."]


@requires(Permission.LOOK)
def other_predictions(
    name: str, collection: Collection, run: str
) -> dict[str, dict[str, Prediction]]:
    """Current predictions of other runs for a collection, by run and record id.

    Args:
        name: Name of the collection.
        collection: Its records.
        run: Run whose predictions are the suggestions, which is left out.
    """
    found: dict[str, dict[str, Prediction]] = {}
    for file in sorted(predictions_file(name, "any").parent.glob("*.parquet")):
        other = file.stem
        if other == run or other.startswith("."):
            continue
        with contextlib.suppress(RunError):  # The run may have been deleted.
            version = run_version(other)
            cached = cached_predictions(name, other, fingerprint(collection, version))
            if cached:
                found[other] = cached
    return found
