"""Measure the evidence: `python -m tests.benchmarks.evidence PART`, results beside this file.

Parts:

- `coverage`: how often the sets of labels of the shipped runs hold the true label on 2,000 fresh
  drawn records that nothing was chosen on, half of them of each built-in collection.
- `scope`: how well records of another kind are told from those that the run museum_materials
  knows; the result is also what the app quotes.
- `speed`: seconds for all the evidence of one record, encoders loaded.
"""

import argparse
import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score, roc_curve

from qcmfm import demo, evaluation, service
from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now
from qcmfm.core.progress import finish
from qcmfm.explanation import encode_record, explain
from qcmfm.records import Collection, Record, read_collection
from qcmfm.runs.calibration import Calibration
from qcmfm.service.calibration import measure_coverage
from qcmfm.service.labelling import Labeller
from qcmfm.service.studies import FRESH
from tests.benchmarks import strange
from tests.benchmarks.trials import fresh_collection

RESULTS = Path(__file__).parent / "results" / "evidence.json"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def calibrated(name: str) -> tuple[Labeller, Calibration]:
    """A shipped run, which has to be calibrated."""
    labeller = service.open_labeller(name, "cpu")
    assert labeller.run.calibration is not None, f"calibrate {name} first"
    return labeller, labeller.run.calibration


def coverage(given: argparse.Namespace) -> dict[str, Any]:
    """Coverage on drawn records of a seed that nothing was chosen on."""
    found: dict[str, Any] = {"seed_of_the_records": FRESH}
    held: dict[float, list[float]] = {}
    for name in given.collections:
        labeller, calibration = calibrated(name)
        collection = fresh_collection(name)
        collection = replace(collection, rows=collection.rows[: given.records])
        every = {record.record_id: "test" for record in collection.records}
        rows = finish(measure_coverage(labeller, calibration, collection, every))
        found[name] = {"run_sha256": labeller.run.sha256, "rates": rows}
        for row in rows:
            held.setdefault(row["asked"], []).append(row["coverage"]["value"] * row["records"])
        print(name, [(row["asked"], row["coverage"]) for row in rows], flush=True)
    total = sum(found[name]["rates"][0]["records"] for name in given.collections)
    found["together"] = [
        {"asked": asked, "coverage": sum(values) / total, "off_by": sum(values) / total - asked}
        for asked, values in held.items()
    ]
    return found | {"records": total}


def scope(given: argparse.Namespace) -> dict[str, Any]:
    """ROC of the unusualness, beside those of what the model's own logits would give."""
    labeller, _ = calibrated("museum_materials")
    museum = read_collection(SHARED / "museum_materials", "caption_masked")
    inside = scores(labeller, part(museum, lambda record: record.split == "test"))
    photos = scores(labeller, part(museum, lambda record: record.split == "test", caption=False))
    commons = read_collection(SHARED / "commons_heritage")
    places = part(commons, lambda r: r.label in ("architecture_sites", "museum_interior"))
    without = part(
        commons, lambda r: r.label in ("architecture_sites", "museum_interior"), caption=False
    )
    with tempfile.TemporaryDirectory() as folder:
        made = strange.collection(Path(folder), settings.SHIPPED_COLLECTIONS)
        outside = {
            "places": ("photos of buildings and museum rooms with captions", places, inside),
            "places_photo_only": ("photos of buildings and rooms alone", without, photos),
            "generated": ("generated pictures of nothing", made["nothing"], photos),
            "drawn": ("drawn objects", made["drawn"], photos),
        }
        against = {
            name: against_one(told, scores(labeller, some), known)
            for name, (told, some, known) in outside.items()
        }
    result = {
        "in_scope": len(inside["unusualness"]),
        "flagged_in_scope": float((inside["unusualness"] > 1).mean()),
        "flagged_in_scope_photo_only": float((photos["unusualness"] > 1).mean()),
        "against": against,
    }
    storage.write_json(settings.SCOPE_STUDY, {"museum_materials": result})
    return result


def part(
    collection: Collection, wanted: Callable[[Record], bool], caption: bool = True
) -> Collection:
    """Some of the records, with their captions or without."""
    rows = [row for row in collection.rows if row.record and wanted(row.record)]
    if not caption:
        rows = [replace(row, record=replace(row.record, caption="")) for row in rows if row.record]
    return replace(collection, rows=rows, problems=[])


def scores(labeller: Labeller, collection: Collection) -> dict[str, np.ndarray]:
    """How unusual each record is, by three scores; the higher, the more unusual."""
    run = labeller.run
    assert run.calibration is not None
    table = finish(labeller.cache.encode(collection)).with_lexicon(run.lexicon)
    usable = [row for row in range(len(table)) if not table.is_empty(row)]
    batches = [table.batch(usable[start : start + 64]) for start in range(0, len(usable), 64)]
    logits = torch.cat([run.fuse(batch).logits for batch in batches])
    return {
        "unusualness": np.concatenate([run.calibration.reference.unusualness(b) for b in batches]),
        "energy": -logits.logsumexp(1).numpy(),
        "one_minus_max_probability": 1 - evaluation.softmax(logits.numpy(), run.temperature).max(1),
    }


def against_one(
    told: str, outside: dict[str, np.ndarray], inside: dict[str, np.ndarray]
) -> dict[str, Any]:
    """Area under the ROC curve with an interval, the curve, and how many are flagged."""
    areas = {name: _auc(inside[name], outside[name]) for name in inside}
    truth = np.r_[np.zeros(len(inside["unusualness"])), np.ones(len(outside["unusualness"]))]
    false, true, _ = roc_curve(truth, np.r_[inside["unusualness"], outside["unusualness"]])
    return {
        "told": told,
        "records": len(outside["unusualness"]),
        "auc": areas.pop("unusualness"),
        "auc_of_others": areas,
        "flagged": float((outside["unusualness"] > 1).mean()),
        "roc": [[round(float(x), 4), round(float(y), 4)] for x, y in zip(false, true, strict=True)],
    }


def _auc(inside: np.ndarray, outside: np.ndarray, resamples: int = 1000) -> dict[str, float]:
    chance = np.random.default_rng(0)

    def area(some: np.ndarray, others: np.ndarray) -> float:
        truth = np.r_[np.zeros(len(some)), np.ones(len(others))]
        return float(roc_auc_score(truth, np.r_[some, others]))

    drawn = [
        area(chance.choice(inside, len(inside)), chance.choice(outside, len(outside)))
        for _ in range(resamples)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": area(inside, outside), "low": float(low), "high": float(high)}


def speed(given: argparse.Namespace) -> dict[str, Any]:
    """Seconds for the evidence of one record; the run, its encoders and its unitary are loaded.

    On a machine that others use as well, seconds of processor time say how long it would take were
    it alone: no longer than them.
    """
    torch.set_num_threads(given.threads)
    labeller = service.open_labeller("artifacts", "cpu")
    run, encoders = labeller.run, labeller.cache.encoders
    collection = read_collection(settings.SHIPPED_COLLECTIONS / "artifacts")
    some = [record for record in collection.records if record.image and record.caption]
    seconds: list[float] = []
    worked: list[float] = []
    for record in [*some[:3], *some[:20]]:  # the first three are for warming up
        submission = service.record_submission(collection, record)
        start, before = time.perf_counter(), time.process_time()
        subject = encode_record(encoders, submission.photo, submission.caption)
        explain(run, encoders, subject)
        seconds.append(time.perf_counter() - start)
        worked.append(time.process_time() - before)
    counted, worked = seconds[3:], worked[3:]
    return {
        "records": len(counted),
        "median_seconds": round(float(np.median(counted)), 3),
        "longest_seconds": round(max(counted), 3),
        "median_processor_seconds": round(float(np.median(worked)), 3),
        "longest_processor_seconds": round(max(worked), 3),
        "threads": given.threads,
        "cores": os.cpu_count(),
        "load_at_start": round(given.load, 2),
    }


PARTS = {"coverage": coverage, "scope": scope, "speed": speed}


def main(words: Sequence[str] | None = None) -> None:
    """Measure one part and keep it beside the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=list(PARTS))
    parser.add_argument("--records", type=int, default=1000, help="of each collection")
    parser.add_argument("--collections", nargs="+", default=demo.names())
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args(words)
    given.load = os.getloadavg()[0]
    found = PARTS[given.part](given)
    found |= {
        "command": shlex.join(["python", "-m", "tests.benchmarks.evidence", *sys.argv[1:]]),
        "made": utc_now(),
    }
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    storage.write_json(RESULTS, kept | {given.part: found})


if __name__ == "__main__":
    main()
