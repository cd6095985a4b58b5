"""Trainings side by side: who is right on the same records, with intervals."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from qcmfm import demo, settings
from qcmfm.encoders.features import FeatureCache
from qcmfm.prediction import predict
from qcmfm.progress import finish
from qcmfm.records import Collection, Record, read_collection
from qcmfm.studies._request import DRAWN, FRESH
from qcmfm.trainer import TrainingSettings
from qcmfm.training import train


def fresh_collection(name: str) -> Collection:
    """A built-in collection of a seed that nothing was chosen on; drawn once, for studies too."""
    folder = settings.home() / "studies" / "drawn" / name
    if not (folder / "records.csv").is_file():
        finish(demo.draw(name, folder, DRAWN, FRESH))
    return read_collection(folder)


@dataclass
class Trial:
    """Probabilities (record x label) of each system for the same scored records, by seed."""

    records: list[Record]
    labels: list[str]
    systems: dict[str, list[np.ndarray]]


def model_probabilities(
    collection: Collection, cache: FeatureCache, chosen: TrainingSettings, labels: Sequence[str]
) -> np.ndarray:
    """Train on the records that are not `test`, return probabilities of those that are."""
    with tempfile.TemporaryDirectory() as folder:
        run = finish(train(collection, cache, chosen, Path(folder) / "run"))
    scored = [row for row in collection.rows if row.record and row.record.split == "test"]
    predictions = finish(predict(run, replace(collection, rows=scored), cache))
    chances = [dict(prediction.ranked) for prediction in predictions]
    return np.array([[chance.get(label, 0.0) for label in labels] for chance in chances])


def summarise(trials: list[Trial], resamples: int = 10_000) -> dict[str, Any]:
    """Mean accuracy of each system, and QCMFM minus each reference, with 95% intervals.

    Intervals come from a bootstrap over groups of the correctness averaged over seeds.
    """
    groups = [r.group_key for trial in trials for r in trial.records]
    _, group = np.unique(groups, return_inverse=True)
    size = np.bincount(group).astype(float)
    draws = np.random.default_rng(0).multinomial(
        len(size), np.full(len(size), 1 / len(size)), resamples
    )
    right: dict[str, np.ndarray] = {}
    seeds: dict[str, np.ndarray] = {}
    for name in trials[0].systems:
        hits = [
            np.array([p.argmax(1) == [t.labels.index(r.label) for r in t.records]
                      for p in t.systems[name]])
            for t in trials
        ]  # fmt: skip
        together = np.concatenate(hits, axis=1).astype(float)  # seed x record
        seeds[name], right[name] = together.mean(1), together.mean(0)

    def interval(values: np.ndarray) -> dict[str, float]:
        summed = np.bincount(group, values)
        drawn = (draws @ summed) / (draws @ size)
        low, high = np.quantile(drawn, [0.025, 0.975])
        return {name: round(float(value), 4) for name, value in
                (("value", values.mean()), ("low", low), ("high", high))}  # fmt: skip

    return {
        "records": len(groups),
        "accuracy": {
            name: interval(right[name]) | {"by_seed": [round(float(v), 4) for v in seeds[name]]}
            for name in right
        },
        "qcmfm_minus": {
            name: interval(right["qcmfm"] - right[name]) for name in right if name != "qcmfm"
        },
    }
