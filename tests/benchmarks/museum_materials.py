"""QCMFM against simple references: `python -m tests.benchmarks.museum_materials cv|test`.

On the shared collection museum_materials. `cv` is a grouped 5-fold cross-validation over train +
val, for every choice that is made. `test` trains on train + val and opens the test split; it is run
once, when all choices are made. Both write to `assets/studies/museum_materials.json`, which the app
and the README quote.
"""

import argparse
import json
import shlex
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qcmfm import settings, storage
from qcmfm.encoders.features import FeatureCache, FeatureTable, load_encoders
from qcmfm.prediction import predict
from qcmfm.progress import finish
from qcmfm.records import Collection, Record, Row, read_collection
from qcmfm.runs import utc_now
from qcmfm.trainer import TrainingSettings
from qcmfm.training import train

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "museum_materials"
RESULTS = settings.STUDY
CAPTION = "caption_masked"


@dataclass
class Trial:
    """Probabilities (record x label) of each system for the same scored records, by seed."""

    records: list[Record]
    labels: list[str]
    systems: dict[str, list[np.ndarray]]


def with_split(row: Row, split: str) -> Row:
    assert row.record is not None
    return Row(row.number, row.record_id, replace(row.record, split=split))


def qcmfm_probabilities(
    collection: Collection, cache: FeatureCache, chosen: TrainingSettings, labels: Sequence[str]
) -> np.ndarray:
    """Train on the records that are not `test`, return probabilities of those that are."""
    with tempfile.TemporaryDirectory() as folder:
        run = finish(train(collection, cache, chosen, Path(folder) / "run"))
    scored = [row for row in collection.rows if row.record and row.record.split == "test"]
    predictions = finish(predict(run, replace(collection, rows=scored), cache))
    chances = [dict(prediction.ranked) for prediction in predictions]
    return np.array([[chance.get(label, 0.0) for label in labels] for chance in chances])


def references(
    table: FeatureTable, fit: Sequence[int], score: Sequence[int], labels: Sequence[str]
) -> dict[str, np.ndarray]:
    """Logistic regressions on the mean region vector and on TF-IDF words, and their mean."""
    target = [labels.index(table.records[row].label) for row in fit]
    captions = [record.caption for record in table.records]
    images = table.batch(range(len(table))).image.numpy()
    image = make_pipeline(StandardScaler(), LogisticRegression(C=0.003, max_iter=2000))
    image.fit(images[fit], target)
    text = make_pipeline(
        TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=2000)
    )
    text.fit([captions[row] for row in fit], target)
    seen = image.predict_proba(images[score])
    read = text.predict_proba([captions[row] for row in score])
    return {"image_logistic": seen, "tfidf_logistic": read, "late_fusion": (seen + read) / 2}


def cross_validate(rows: list[Row], run_fold: Any, folds: int = 5) -> Iterable[Trial]:
    """Score every fold with models fitted on the others."""
    records = [row.record for row in rows if row.record]
    divide = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    labels = [record.label for record in records]
    for fit, score in divide.split(labels, labels, [r.group_key for r in records]):
        scored = set(score.tolist())
        marked = [with_split(row, "test" if i in scored else "") for i, row in enumerate(rows)]
        # assign_splits makes val out of train by groups, as a user's own training would
        marked = [row if i in scored else with_split(row, "train") for i, row in enumerate(marked)]
        yield run_fold(marked, fit.tolist(), score.tolist())


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["cv", "test"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], help="training setting NAME=VALUE")
    parser.add_argument("--no-save", action="store_true")
    given = parser.parse_args()
    changes = {name: json.loads(value) for name, _, value in (s.partition("=") for s in given.set)}
    chosen = TrainingSettings(**changes)
    collection = read_collection(DATA, CAPTION)
    cache = FeatureCache(load_encoders(device="cpu"), settings.features_folder())
    splits = ("train", "val") if given.what == "cv" else ("train", "val", "test")
    rows = [row for row in collection.rows if row.record and row.record.split in splits]
    table = finish(cache.encode(collection, rows=rows))
    labels = sorted({record.label for record in table.records})
    times: list[float] = []

    def one(marked: list[Row], fit: list[int], score: list[int]) -> Trial:
        part = replace(collection, rows=marked, problems=[])
        systems = {name: [p] * given.seeds for name, p in
                   references(table, fit, score, labels).items()}  # fmt: skip
        systems["qcmfm"] = []
        for seed in range(given.seeds):
            start = time.perf_counter()
            settings_of_seed = replace(chosen, seed=seed)
            systems["qcmfm"].append(qcmfm_probabilities(part, cache, settings_of_seed, labels))
            times.append(time.perf_counter() - start)
        trial = Trial([table.records[row] for row in score], labels, systems)
        scores = summarise([trial], 1000)["accuracy"]
        print({name: found["value"] for name, found in scores.items()}, flush=True)
        return trial

    if given.what == "cv":
        trials = list(cross_validate(rows, one))
    else:
        fit = [i for i, r in enumerate(table.records) if r.split != "test"]
        score = [i for i, r in enumerate(table.records) if r.split == "test"]
        trials = [one(rows, fit, score)]
    result = summarise(trials) | {
        "caption": CAPTION,
        "seeds": given.seeds,
        "seconds_per_training_median": round(float(np.median(times)), 1),
        "command": shlex.join(["python", "-m", "tests.benchmarks.museum_materials", *sys.argv[1:]]),
        "made": utc_now(),
    }
    print(json.dumps(result, indent=1))
    if not given.no_save:
        old = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
        storage.write_json(RESULTS, old | {given.what: result})


if __name__ == "__main__":
    main()
