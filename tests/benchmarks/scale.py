"""A hundred thousand records from import to search: `python -m tests.benchmarks.scale --work DIR`.

Photos are generated, 64 x 64 pixels, and what the encoders would say of them is, too
(`generated.py`): measured is everything around the encoders. Import, encode, predict, catalog and
search are a process each, which first does its work on 64 other records, so that loading libraries
does not count. Each is stopped after `--minutes` and goes on when the command is given again; what
is then done twice counts twice. Time is the processor's, in all threads, since other work shares
the machine; memory is the most that was ever resident, mapped files included.

The result file holds a measurement for each number of records, and how the time per record at the
largest compares with that at the smallest.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qcmfm import service
from qcmfm.catalog import SearchFilters
from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now
from qcmfm.core.progress import Work, finish
from qcmfm.importers import Columns, import_collection
from qcmfm.records import read_collection
from qcmfm.runs.run import read_run
from qcmfm.service import Labeller
from qcmfm.training import TrainingSettings
from qcmfm.training.train import train
from tests.benchmarks.generated import (
    LABELS,
    LOOKS,
    THINGS,
    SmallImageEncoder,
    SmallTextEncoder,
    draw,
    small_cache,
)

RESULTS = Path(__file__).with_name("results") / "scale.json"
COLUMNS = Columns("Object ID", "Image", ("Title",), "Material")
RUN, WARM, TRAINED_ON = "small", 64, 600
QUERIES = 40


def bring_in(name: str, source: Path) -> Work[Any]:
    work = import_collection(str(source / "export.csv"), name, "", COLUMNS, source / "photos")
    report = yield from work
    assert not report.refused
    return {"records": report.taken, "near_duplicates": len(report.duplicates)}


def encode(name: str, source: Path) -> Work[Any]:
    collection = service.open_collection(name)
    table = yield from small_cache(settings.features_folder()).encode(collection)
    return {"records": len(table)}


def predict(name: str, source: Path) -> Work[Any]:
    folder = settings.runs_folder() / RUN
    labeller = Labeller(read_run(folder), small_cache(settings.features_folder()), folder)
    collection = service.open_collection(name)
    said = yield from service.label_collection(labeller, name, collection)
    right = [
        said[record.record_id].label == record.label
        for record in collection.records
        if record.label and record.record_id in said
    ]
    return {"records": len(said), "right": round(statistics.mean(right), 3)}


def catalog(name: str, source: Path) -> Work[Any]:
    cache = small_cache(settings.features_folder())
    change = yield from service.build_catalog(name, cache=cache)
    return {"records": change.records}


def search(name: str, source: Path) -> Work[Any]:
    shelf = service.open_search_index(name)
    searcher = service.Searcher(SmallTextEncoder(), SmallImageEncoder())
    photo = next((source / "photos").glob("*.jpg"))
    narrow = SearchFilters({"category": ["gold"]})
    asked = [f"{LOOKS[n % 9]} {THINGS[n % 10]} of {list(LABELS)[n % 6]}" for n in range(QUERIES)]
    ways: dict[str, Callable[[str], Any]] = {
        "words": lambda text: searcher.by_words(shelf, text),
        "words_and_a_filter": lambda text: searcher.by_words(shelf, text, narrow),
        "by_photo": lambda _: searcher.by_photo(shelf, photo),
    }
    found: dict[str, Any] = {"records": shelf.card.records}
    for way, act in ways.items():
        taken: list[float] = []
        for text in asked:
            began = time.perf_counter()
            assert act(text)
            taken.append(1000 * (time.perf_counter() - began))
        found[f"{way}_median_ms"] = round(statistics.median(taken), 1)
    return found
    yield  # a generator as the others are


STAGES: dict[str, Callable[[str, Path], Work[Any]]] = {
    "import": bring_in, "encode": encode, "predict": predict, "catalog": catalog, "search": search,
}  # fmt: skip


def prepare(work: Path, records: int) -> None:
    """Draw the records, and train a run once."""
    home = work / str(records)
    for name, count, first in (("warm", WARM, 9_000_000), (str(records), records, 0)):
        if not (work / f"drawn-{name}").is_dir():
            draw(work / f"drawing-{name}", count, first)
            (work / f"drawing-{name}").rename(work / f"drawn-{name}")
    run = home / "runs" / RUN
    if run.is_dir():
        return
    os.environ["QCMFM_HOME"] = str(work / "training")
    if not (settings.runs_folder() / RUN).is_dir():
        draw(work / "teaching", TRAINED_ON, 8_000_000)
        finish(bring_in("teaching", work / "teaching"))
        collection = read_collection(settings.collections_folder() / "teaching")
        cache = small_cache(settings.features_folder())
        chosen = TrainingSettings(model="qcmfm", epochs=8)
        finish(train(collection, cache, chosen, settings.runs_folder() / RUN))
    run.parent.mkdir(parents=True, exist_ok=True)
    run.symlink_to(settings.runs_folder() / RUN)


def do(stage: str, work: Path, records: int, minutes: float) -> None:
    """One stage in this process, up to so many minutes; what it took is added to what it did."""
    act = STAGES[stage]
    os.environ["QCMFM_HOME"] = str(work / str(records))
    warm = service.collection_folders().get("warm")
    if warm is None:
        finish(bring_in("warm", work / "drawn-warm"))
    if stage == "search":
        finish(catalog("warm", work))
    finish(act("warm", work / "drawn-warm"))
    file = work / f"{stage}-{records}.json"
    said = json.loads(file.read_text()) if file.is_file() else {"seconds": 0.0, "processor": 0.0}
    wall, processor = time.monotonic(), time.process_time()
    going, result = act("large", work / f"drawn-{records}"), None
    try:
        while time.monotonic() - wall < 60 * minutes:
            next(going)
        going.close()
    except StopIteration as stop:
        result = stop.value
    said["seconds"] = round(said["seconds"] + time.monotonic() - wall, 2)
    said["processor"] = round(said["processor"] + time.process_time() - processor, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said["peak_mib"] = max(round(peak), said.get("peak_mib", 0))
    storage.write_json(file, said | ({"result": result} if result else {}))


def measure(work: Path, records: int, minutes: float) -> bool:
    """Do what is left of all stages, as far as the time goes; whether all is done."""
    began = time.monotonic()
    for stage in STAGES:
        file = work / f"{stage}-{records}.json"
        while not (file.is_file() and "result" in json.loads(file.read_text())):
            left = minutes - (time.monotonic() - began) / 60
            if left <= 0:
                return False
            command = [sys.executable, "-m", "tests.benchmarks.scale", "--stage", stage]
            command += ["--records", str(records), "--work", str(work), "--minutes", f"{left:.2f}"]
            subprocess.run(command, check=True)
            print(stage, records, file.read_text(), flush=True)
    return True


def keep(work: Path, records: int) -> None:
    """Put a measurement into the result file, and compare the largest with the smallest."""
    stages = {stage: json.loads((work / f"{stage}-{records}.json").read_text()) for stage in STAGES}
    steady = [stage for stage in STAGES if stage != "search"]
    for stage in steady:
        stages[stage]["ms_per_record"] = round(1000 * stages[stage]["processor"] / records, 3)
    kept = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    measured: dict[str, Any] = kept.setdefault("measured", {})
    measured[str(records)] = {
        "stages": stages,
        "ms_per_record": round(sum(stages[stage]["ms_per_record"] for stage in steady), 3),
        "peak_mib": max(found["peak_mib"] for found in stages.values()),
        "bytes_of_features": size_of(work / str(records) / "features"),
        "bytes_of_catalog": size_of(work / str(records) / "catalog"),
        "made": utc_now(),
    }
    few, many = min(measured, key=int), max(measured, key=int)
    kept["time_per_record"] = {
        "at": int(many),
        "beside": int(few),
        "ratio": round(measured[many]["ms_per_record"] / measured[few]["ms_per_record"], 3),
    }
    kept["machine"] = f"{platform.machine()}, one thread, shared with other work"
    kept["command"] = "python -m tests.benchmarks.scale --records N"
    storage.write_json(RESULTS, kept)
    print(json.dumps(kept, indent=1))


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--work", type=Path, required=True, help="a folder with some GB of room")
    parser.add_argument("--minutes", type=float, default=7, help="then stop; the same goes on")
    parser.add_argument("--stage", choices=list(STAGES), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        do(given.stage, given.work, given.records, given.minutes)
        return
    prepare(given.work, given.records)
    if measure(given.work, given.records, given.minutes):
        keep(given.work, given.records)


if __name__ == "__main__":
    main()
