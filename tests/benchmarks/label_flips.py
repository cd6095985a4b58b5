"""What looking for label errors finds, and what correcting them wins back.

`python -m tests.benchmarks.label_flips --seeds 10` on the shared collection museum_materials: a
fifth of the labels that are trained on (train and val) is flipped at random to another label. Then

- the page Clean up orders the doubtful labels, from models that were trained on the flipped labels
  of other folds; the share of truly flipped ones among its first 50 stands beside that of the
  records of which the same models are least certain;
- a model is trained on the clean labels, on the flipped ones, and on the flipped ones after the
  first 100 proposals were looked at (a flipped label is put right, another is kept), and asked of
  `test`.

Seeds are paired. One finished seed is one line of the results, so the work can be stopped.
"""

import argparse
import json
import shlex
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now
from qcmfm.core.progress import finish
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.records import Collection, Row, read_collection
from qcmfm.review.doubtful import doubtful
from qcmfm.training import TrainingSettings
from qcmfm.training.cross_fitting import out_of_fold
from tests.benchmarks.trials import CAPTION, DATA, model_probabilities

RESULTS = Path(__file__).parent / "results" / "label_flips.json"
FLIPPED, FIRST, LOOKED_AT = 0.2, 50, 100


def flip(collection: Collection, labels: list[str], seed: int) -> tuple[Collection, set[str]]:
    """The collection with a share of its training labels changed, and which records those are."""
    chance = np.random.default_rng(seed)
    trained = [r.record_id for r in collection.records if r.split in ("train", "val")]
    chosen = set(chance.choice(trained, round(FLIPPED * len(trained)), replace=False).tolist())

    def changed(row: Row) -> Row:
        record = row.record
        if record is None or record.record_id not in chosen:
            return row
        others = [label for label in labels if label != record.label]
        return replace(row, record=record.changed(label=str(chance.choice(others))))

    return replace(collection, rows=[changed(row) for row in collection.rows]), chosen


def restore(flipped: Collection, clean: Collection, looked_at: set[str]) -> Collection:
    """The flipped collection after somebody who knows looked at some of its records."""
    right = {record.record_id: record for record in clean.records}
    rows = [
        replace(row, record=right[row.record_id])
        if row.record and row.record_id in looked_at
        else row
        for row in flipped.rows
    ]
    return replace(flipped, rows=rows)


def one_seed(collection: Collection, cache: FeatureCache, how: TrainingSettings) -> dict[str, Any]:
    """Everything that is measured for one seed."""
    labels = sorted({record.label for record in collection.records})
    flipped, wrong = flip(collection, labels, how.seed)
    trained = {r.record_id for r in collection.records if r.split in ("train", "val")}
    with tempfile.TemporaryDirectory() as folder:
        answers = finish(
            out_of_fold(flipped, cache, how, Path(folder) / "folds", labels, only=trained)
        )
    ids = [record.record_id for record in answers.records]
    measured = OutOfFold(ids, answers.labels, answers.probabilities())
    proposals = [doubt.record_id for doubt in doubtful(measured, flipped.records)]
    unsure = [ids[row] for row in measured.probabilities.max(1).argsort(kind="stable")]
    truth = [labels.index(r.label) for r in collection.records if r.split == "test"]
    accuracy: dict[str, float] = {}
    for name, what in {
        "clean": collection,
        "flipped": flipped,
        "corrected": restore(flipped, collection, set(proposals[:LOOKED_AT])),
    }.items():
        found = model_probabilities(what, cache, how, labels).argmax(1)
        accuracy[name] = float((found == truth).mean())
    return {
        "seed": how.seed,
        "proposals": len(proposals),
        "precision_clean_up": float(np.mean([name in wrong for name in proposals[:FIRST]])),
        "precision_confidence": float(np.mean([name in wrong for name in unsure[:FIRST]])),
        "found_by_100": len(wrong & set(proposals[:LOOKED_AT])),
        "flipped": len(wrong),
        **{f"accuracy_{name}": value for name, value in accuracy.items()},
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean over seeds with a 95% t interval, of each figure and of the paired differences."""
    given = {name: np.array([row[name] for row in rows]) for name in rows[0] if name != "seed"}
    given |= {
        "clean_up_minus_confidence": given["precision_clean_up"] - given["precision_confidence"],
        "lost_by_flips": given["accuracy_clean"] - given["accuracy_flipped"],
        "won_back": given["accuracy_corrected"] - given["accuracy_flipped"],
    }
    found: dict[str, Any] = {}
    for name, values in given.items():
        half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values) if len(values) > 1 else 0.0
        mean = float(values.mean())
        found[name] = {
            "value": round(mean, 4),
            "low": round(mean - float(half), 4),
            "high": round(mean + float(half), 4),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--views", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=10)
    given = parser.parse_args()
    collection = read_collection(DATA, CAPTION)
    kept = [row for row in collection.rows if row.record and row.record.split != "holdout"]
    collection = replace(collection, rows=kept, problems=[])
    cache = FeatureCache(load_encoders(device="cpu"), settings.features_folder())
    old = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {"seeds": []}
    rows = [row for row in old["seeds"] if row["seed"] < given.seeds]
    for seed in range(given.seeds):
        if seed in [row["seed"] for row in rows]:
            continue
        start = time.perf_counter()
        how = TrainingSettings(seed=seed, views=given.views, epochs=given.epochs, refit=False)
        rows.append(one_seed(collection, cache, how))
        print(rows[-1], f"{time.perf_counter() - start:.0f} s", flush=True)
        storage.write_json(
            RESULTS,
            {
                "summary": summary(rows),
                "seeds": rows,
                "first": FIRST,
                "looked_at": LOOKED_AT,
                "model": "qcmfm",
                "views": given.views,
                "epochs": given.epochs,
                "command": shlex.join(
                    ["python", "-m", "tests.benchmarks.label_flips", *sys.argv[1:]]
                ),
                "made": utc_now(),
            },
        )
    print(json.dumps(summary(rows), indent=1))


if __name__ == "__main__":
    main()
