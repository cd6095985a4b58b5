"""What runs say of a whole collection, kept so that each is asked once."""

import contextlib
from collections.abc import Sequence

from qcmfm.access import Permission, actor, requires
from qcmfm.core.errors import RunError
from qcmfm.core.progress import Work
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
from qcmfm.service.fair_queue import ENCODERS
from qcmfm.service.labelling import Labeller
from qcmfm.service.runs import run_version


@requires(Permission.LOOK)
def cached_predictions(name: str, run: str, made_from: str) -> dict[str, Prediction] | None:
    """What a run said of every record it could label; None where it was not asked yet.

    Args:
        name: Of the collection.
        run: Name of the run.
        made_from: Its `fingerprint` now.
    """
    kept = read_cached(predictions_file(name, run), made_from)
    return None if kept is None else _by_record(kept)


@requires(Permission.PREPARE, on=("name",))
def label_collection(
    labeller: Labeller, name: str, collection: Collection
) -> Work[dict[str, Prediction]]:
    """Label every record of a collection and keep the predictions.

    Args:
        labeller: The run to ask.
        name: Of the collection.
        collection: Its records.
    """
    made_from = fingerprint(collection, labeller.run.version)
    asked = predict(labeller.run, collection, labeller.cache)
    predictions = yield from ENCODERS.step_by_step(actor().session, asked)
    metrics.answered(len(predictions))
    write_cached(predictions, predictions_file(name, labeller.run.name), made_from)
    return _by_record(predictions)


def _by_record(predictions: Sequence[Prediction]) -> dict[str, Prediction]:
    return {said.record_id: said for said in predictions if said.ranked}


@requires(Permission.LOOK)
def runs_with_predictions(name: str) -> list[str]:
    """Names of the runs that ever labelled a collection, and when: what changes with a new one.

    Args:
        name: Of the collection.
    """
    files = sorted(predictions_file(name, "any").parent.glob("*.parquet"))
    return [f"{file.stem} {file.stat().st_mtime_ns}" for file in files if file.stem[0] != "."]


@requires(Permission.LOOK)
def other_predictions(
    name: str, collection: Collection, run: str
) -> dict[str, dict[str, Prediction]]:
    """What other runs said of a collection as it is now, by run and record id.

    Args:
        name: Of the collection.
        collection: Its records.
        run: The run whose word counts on the desk.
    """
    found: dict[str, dict[str, Prediction]] = {}
    for file in sorted(predictions_file(name, "any").parent.glob("*.parquet")):
        other = file.stem
        if other == run or other.startswith("."):
            continue
        with contextlib.suppress(RunError):  # a run that is gone has no say
            version = run_version(other)
            kept = cached_predictions(name, other, fingerprint(collection, version))
            if kept:
                found[other] = kept
    return found
