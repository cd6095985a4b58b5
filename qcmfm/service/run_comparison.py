"""Compares a new run with its parent, the run it was retrained from, on the same test records."""

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
"""File of the comparison in the folder of a run."""


@dataclass(frozen=True)
class RunComparison:
    """A run and its parent on the same test records.

    Args:
        collection: Name of the collection.
        run: Name of the new run.
        parent: Name of the parent; empty if the run was trained from scratch.
        records: Number of test records.
        decided: Number of records with a reviewed label.
        changed: Number of these whose catalogue label was different.
        before: Accuracy of the parent: `value`, `low` and `high` of its 95% interval.
        after: Accuracy of the new run, in the same form.
        difference: Accuracy of the new run minus that of the parent, on the same records.
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
    """The saved comparison of a run with its parent; None if it was not measured.

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
    """Measure a run and its parent on the same test records.

    Args:
        about: Comparison that names the runs, without measured values.
        collection: Records of the collection.
        cache: Encoders of both runs.
    """
    after = _labeller(about.run, cache)
    splits = read_splits(after.folder, collection)
    rows = [
        row
        for row in collection.rows
        if row.record
        and row.record.label
        and (splits.get(row.record_id) or row.record.split) == "test"
    ]
    if not rows:
        return about
    measured = yield from evaluate_run(after, collection, "test")
    save_metrics(after, measured)
    chosen = replace(collection, rows=rows, problems=[])
    new = yield from predict(after.run, chosen, after.cache)
    records = [row.record for row in rows if row.record]
    right = {"after": _right(records, [prediction.label for prediction in new])}
    if about.parent:
        before = _labeller(about.parent, cache)
        old = yield from predict(before.run, chosen, before.cache)
        right["before"] = _right(records, [prediction.label for prediction in old])
        right["difference"] = right["after"] - right["before"]
    intervals = evaluation.mean_intervals(right, [record.group_key for record in records])
    found = {what: interval.to_json() for what, interval in intervals.items()}
    return replace(about, records=len(records), **found)


def _labeller(run: str, cache: FeatureCache) -> Labeller:
    folder = find_run(run)
    return Labeller(read_run(folder), cache, folder)


def _right(records: Sequence[Record], labels: Sequence[str]) -> np.ndarray:
    return np.array(
        [float(record.label == label) for record, label in zip(records, labels, strict=True)]
    )
