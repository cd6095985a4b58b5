"""What a record costs with the built-in encoders: `python -m tests.benchmarks.rates`.

Processor time in one thread and bytes of every step, on photos of the shared collection
museum_materials. `.github/SCALE.md` is computed from it.
"""

import csv
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from qcmfm import service
from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now
from qcmfm.core.progress import finish
from qcmfm.importers import import_collection
from qcmfm.inference.prediction_cache import predictions_file
from tests.benchmarks.scale import RESULTS, size_of
from tests.benchmarks.search import DATA

RECORDS, WARM = 160, 16


def source(folder: Path, first: int, count: int) -> Path:
    """A table of some of the records, evenly chosen, whose photos lie in `DATA`."""
    with (DATA / "records.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    file = folder / f"records-{count}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows[first :: len(rows) // count][:count])
    return file


def steps(folder: Path, name: str, labeller: service.Labeller, table: Path) -> dict[str, float]:
    """Processor time of every step, in milliseconds a record."""
    taken: dict[str, float] = {}

    def timed(step: str, act: Callable[[], Any]) -> None:
        began = time.process_time()
        act()
        count = len(service.open_collection(name).records)
        taken[step] = round(1000 * (time.process_time() - began) / count, 3)

    timed("import", lambda: finish(import_collection(str(table), name, photos=DATA)))
    collection = service.open_collection(name)
    timed("encode", lambda: finish(labeller.cache.encode(collection)))
    timed("predict", lambda: finish(service.label_collection(labeller, name, collection)))
    timed("catalog", lambda: finish(service.build_catalog(name, cache=labeller.cache)))
    return taken


def main() -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as home:
        os.environ["QCMFM_HOME"] = home
        folder = Path(home)
        labeller = service.open_labeller(settings.DEFAULT_RUN, "cpu")
        steps(folder, "warm", labeller, source(folder, 1, WARM))
        before = {part: size_of(folder / part) for part in ("features", "catalog")}
        taken = steps(folder, "museum", labeller, source(folder, 0, RECORDS))
        count = len(service.open_collection("museum").records)
        sizes = {
            "photo": size_of(folder / "collections" / "museum" / "images"),
            "features": size_of(folder / "features") - before["features"],
            "prediction": predictions_file("museum", settings.DEFAULT_RUN).stat().st_size,
            "catalog": size_of(folder / "catalog") - before["catalog"],
        }
    measured = {
        "records": count,
        "processor_ms_per_record": taken,
        "bytes_per_record": {part: round(size / count) for part, size in sizes.items()},
        "machine": f"{platform.machine()}, one thread",
        "command": "python -m tests.benchmarks.rates",
        "made": utc_now(),
    }
    print(json.dumps(measured, indent=1))
    kept = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    storage.write_json(RESULTS, kept | {"built_in_encoders": measured})


if __name__ == "__main__":
    main()
