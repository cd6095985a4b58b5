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
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
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
from qcmfm.progress import finish
from qcmfm.records import Row, read_collection
from qcmfm.runs import utc_now
from qcmfm.trainer import TrainingSettings
from tests.benchmarks.trials import Trial, model_probabilities, summarise

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "museum_materials"
RESULTS = settings.STUDY
CAPTION = "caption_masked"


def with_split(row: Row, split: str) -> Row:
    assert row.record is not None
    return Row(row.number, row.record_id, replace(row.record, split=split))


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
            systems["qcmfm"].append(model_probabilities(part, cache, settings_of_seed, labels))
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
