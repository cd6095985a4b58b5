"""Labelling on Ray beside labelling in one process: `python -m tests.benchmarks.on_ray --work DIR`.

The records are those of `tests.benchmarks.scale` with the same `--work` and `--records`, which is
run first. Memory is the most that was resident in the process that deals the records out, and in
any worker.
"""

import argparse
import csv
import functools
import json
import os
import resource
import threading
import time
from pathlib import Path

from qcmfm import service
from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now
from qcmfm.core.progress import finish
from qcmfm.encoders.features import Encoders
from qcmfm.inference.prediction_cache import fingerprint, predictions_file, read_cached
from qcmfm.inference.ray_labelling import label_on_ray
from qcmfm.runs.folder import run_version
from qcmfm.runs.run import Run, read_run
from tests.benchmarks.generated import small_cache
from tests.benchmarks.scale import RESULTS, RUN


def open_small(run: Path, features: Path) -> tuple[Run, Encoders]:
    return read_run(run), small_cache(features).encoders


class Watch(threading.Thread):
    """Notes the most memory that any of Ray's workers ever held, in MiB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0

    def run(self) -> None:
        while True:
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    if not (folder / "cmdline").read_bytes().startswith(b"ray::"):
                        continue
                    lines = (folder / "status").read_text().splitlines()
                except OSError:
                    continue  # it ended meanwhile
                held = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
                self.peak = max(self.peak, held // 1024)
            time.sleep(0.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--work", type=Path, required=True)
    given = parser.parse_args()
    os.environ["QCMFM_HOME"] = str(given.work / str(given.records))
    run, records = settings.runs_folder() / RUN, settings.collections_folder() / "large"
    out, watch = given.work / f"ray-{given.records}.csv", Watch()
    watch.start()
    opening = functools.partial(open_small, run, given.work / f"ray-{given.records}" / "features")
    began = time.monotonic()
    told = finish(label_on_ray(run, records, out, opening))
    taken = time.monotonic() - began
    dealing = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    collection = service.open_collection("large")
    kept = read_cached(predictions_file("large", RUN), fingerprint(collection, run_version(run)))
    assert kept, "run tests.benchmarks.scale first"
    with out.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    pairs = list(zip(rows, kept, strict=True))
    apart = [
        abs(float(row["confidence"]) - said.confidence)
        for row, said in pairs
        if said.confidence is not None
    ]
    said = {
        "rows": told.rows,
        "seconds": round(taken, 1),
        "workers": told.workers,
        "other_labels": sum(row["label"] != said.label for row, said in pairs),
        "largest_difference_of_probability": round(max(apart), 6),
        "dealing_peak_mib": round(dealing),
        "worker_peak_mib": watch.peak,
        "made": utc_now(),
    }
    results = json.loads(RESULTS.read_text())
    results.setdefault("on_ray", {})[str(given.records)] = said
    storage.write_json(RESULTS, results)
    print(json.dumps(said, indent=1))


if __name__ == "__main__":
    main()
