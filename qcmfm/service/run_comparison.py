"""A new run beside the one it was made from, on the same test records."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qcmfm import evaluation
from qcmfm.access import Permission, requires
from qcmfm.core.errors import RunError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.encoders.features import FeatureCache
from qcmfm.inference.predict import predict
from qcmfm.records import Collection, Record
from qcmfm.runs.folder import read_splits
from qcmfm.runs.run import read_run
from qcmfm.service.evaluation import evaluate_run, save_metrics
from qcmfm.service.labelling import Labeller
from qcmfm.service.runs import find_run

COMPARISON = "comparison.json"
"""The file of a run that tells it."""


@dataclass(frozen=True)
class RunComparison:
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


@requires(Permission.LOOK)
def run_comparison(run: str) -> RunComparison | None:
    """How a run compares with the one it was made from; None where that was not measured.

    Raises:
        RunError: There is no such run, or the file is damaged.
    """
    file = find_run(run) / COMPARISON
    if not file.is_file():
        return None
    try:
        return RunComparison(**json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise RunError(
            msg("{comparison} of the run {run} cannot be read.", comparison=COMPARISON, run=run),
            "Train again.",
        ) from error


@requires(Permission.LOOK)
def compare_with_parent(
    about: RunComparison, collection: Collection, cache: FeatureCache
) -> Work[RunComparison]:
    """Measure a run and the one it was made from on the same test records.

    Args:
        about: Which runs, with nothing measured yet.
        collection: The records.
        cache: The encoders of both.
    """
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
    save_metrics(after, measured)
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
