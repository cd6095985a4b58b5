"""Coverage-guided fuzzing of everything that reads a file from outside.

`python -m tests.benchmarks.fuzzing --seconds 600`. Atheris (libFuzzer) looks for bytes that make
the readers of tables, IIIF documents, run configurations and true regions raise anything but a
sentence; Hypothesis for rows and damages that make the review log lose a decision. A target runs in
a process of its own. What came of it is kept in `results/fuzzing.json`: a crash with the bytes that
made it, which then become a test. Needs Linux and `pip install atheris`.
"""

import argparse
import contextlib
import datetime
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results" / "fuzzing.json"
TARGETS = ("csv", "manifest", "run_config", "regions", "review_log")
MOST_BYTES = 20_000


def scratch() -> Path:
    """A folder for the files that the readers read; in memory where that can be had."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fuzzing-", dir=memory if memory.is_dir() else None))


def csv_target(folder: Path) -> Callable[[bytes], None]:
    """Both readers of tables."""
    from qcmfm.core.errors import QcmfmError
    from qcmfm.importers import csv_table
    from qcmfm.importers.reading import tables
    from qcmfm.importers.reading.documents import Documents
    from qcmfm.importers.reading.source import Source
    from qcmfm.records import read_collection

    file = folder / "table.csv"

    def target(content: bytes) -> None:
        file.write_bytes(content)
        with contextlib.suppress(QcmfmError):
            read_collection(file)
        with contextlib.suppress(QcmfmError):
            table = tables.read_table(file)
            for _ in table.rows():
                pass
            source = Source(str(file), file, folder)
            list(
                csv_table.read(source, csv_table.columns(source), Documents(lambda found: iter(())))
            )

    return target


def manifest_target(folder: Path) -> Callable[[bytes], None]:
    """The reader of IIIF documents, where nothing can be fetched."""
    from qcmfm.core.errors import ImportingError, QcmfmError
    from qcmfm.importers import iiif
    from qcmfm.importers.reading import iiif_image
    from qcmfm.importers.reading.documents import Documents
    from qcmfm.importers.reading.source import Source

    file = folder / "manifest.json"
    documents = Documents(
        lambda found: ((at, ImportingError("It is not there.", "")) for at in found)
    )

    def target(content: bytes) -> None:
        file.write_bytes(content)
        with contextlib.suppress(QcmfmError):
            source = Source(str(file), file)
            iiif.recognises(source)
            for item in islice(iiif.read(source, None, documents), 500):
                if hasattr(item, "lookup"):
                    iiif.complete(item, file)  # pyright: ignore[reportArgumentType]
        with contextlib.suppress(ValueError, AttributeError):  # what `complete` expects of it
            iiif_image.sized_address(json.loads(content))

    return target


def run_config_target(folder: Path) -> Callable[[bytes], None]:
    """The configuration of a run, as it is and with a seal put on it; weights are as they were."""
    import shutil

    from qcmfm import fusion
    from qcmfm.core import settings
    from qcmfm.core.errors import QcmfmError
    from qcmfm.runs import schema
    from qcmfm.runs.folder import read_config
    from qcmfm.runs.run import check_sizes, read_run

    run = folder / "run"
    shutil.copytree(settings.SHIPPED_RUNS / settings.DEFAULT_RUN, run)
    (run / "conformal.json").unlink()
    lexicon = schema.parsed((run / "lexicon.json").read_bytes())
    read_run(run)  # what it imports takes longer than one input may
    accepted = 0

    def target(content: bytes) -> None:
        nonlocal accepted
        (run / "run.json").write_bytes(content)
        with contextlib.suppress(QcmfmError):
            read_config(run)
        try:
            config = schema.parsed(content)
        except ValueError:
            return
        config |= {"format": 2, schema.SEAL: schema.seal(config | {"format": 2})}
        with contextlib.suppress(UnicodeEncodeError):
            (run / "run.json").write_text(json.dumps(config), "utf-8")
        with contextlib.suppress(QcmfmError, ValueError):  # what `read_run` turns into a sentence
            schema.check(config, schema.CONFIG)
            check_sizes(config, lexicon)
            described = config["model"]
            fusion.model_class(described["model"]).Options.parse(described["options"])
            accepted += 1
            if accepted % 100 == 1:  # building a model takes half a second
                with contextlib.suppress(QcmfmError):
                    read_run(run)

    return target


def regions_target(folder: Path) -> Callable[[bytes], None]:
    """The file of true regions, and the masks that it holds."""
    from qcmfm.core.errors import QcmfmError
    from qcmfm.records.regions import read_regions

    file = folder / "regions.json"

    def target(content: bytes) -> None:
        file.write_bytes(content)
        with contextlib.suppress(QcmfmError):
            for found in read_regions(file).values():
                for region in found:
                    if region.size[0] * region.size[1] < 1_000_000:
                        assert region.mask().shape == region.size

    return target


def seeds(name: str) -> list[bytes]:
    """Files to begin with: good ones, and the hostile ones that are small."""
    from qcmfm.core import settings
    from tests.hostile import manifests, runs, tables

    if name == "csv":
        found = [
            case.make() for case in tables.cases() if not case.heavy and case.file[-3:] == "csv"
        ]
    elif name == "manifest":
        found = [case.make() for case in manifests.cases()]
    elif name == "run_config":
        config = json.loads(
            (settings.SHIPPED_RUNS / settings.DEFAULT_RUN / "run.json").read_text("utf-8")
        )
        config = {key: config[key] for key in ("format", "labels", "model", "temperature", "sha256",
                                               "encoders", "seal")}  # fmt: skip
        found = [json.dumps(config).encode(), b"{}"]
    else:
        found = list(runs.regions().values())
    return [content for content in found if len(content) <= MOST_BYTES]


def fuzz(name: str, seconds: int, folder: Path) -> None:
    """Fuzz one target in this process, which libFuzzer then ends."""
    import atheris  # pyright: ignore[reportMissingImports, reportMissingModuleSource]

    with atheris.instrument_imports(include=["qcmfm"]):  # pyright: ignore[reportAttributeAccessIssue]
        target = globals()[f"{name}_target"](scratch())
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, content in enumerate(seeds(name)):
        (corpus / str(number)).write_bytes(content)
    given = [f"-max_total_time={seconds}", f"-artifact_prefix={folder}/", "-rss_limit_mb=3000",
             f"-max_len={MOST_BYTES}", "-timeout=10", "-print_final_stats=1", "-verbosity=1",
             str(corpus)]  # fmt: skip
    atheris.Setup([sys.argv[0], *given], target)
    atheris.Fuzz()


def fuzz_review_log(seconds: int) -> dict[str, Any]:
    """Let Hypothesis damage review logs until the time is up."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    from qcmfm.core.errors import ReviewError
    from qcmfm.review.choice import Choice
    from qcmfm.review.log import ReviewLog
    from qcmfm.review.review import Review

    folder, tried = scratch(), 0
    text = st.text(max_size=30)
    rows = st.lists(st.tuples(st.sampled_from("abcd"), text, text, text), max_size=6)
    until = time.monotonic() + seconds

    @settings(max_examples=200, database=None, deadline=None, phases=[Phase.generate, Phase.shrink],
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])  # fmt: skip
    @given(before=rows, damage=st.binary(max_size=60), cut=st.integers(0, 40), after=rows)
    def check(before: Any, damage: bytes, cut: int, after: Any) -> None:
        nonlocal tried
        tried += 1
        file = folder / f"{tried}.csv"
        confirmed = _decide(Review(file), before, Choice, ReviewError)
        if file.is_file():
            whole = file.read_bytes()
            # What a kill leaves is a part of a row; what else stands there is damage.
            file.write_bytes(whole + damage[: len(damage) - cut if cut < len(damage) else None])
        try:
            review = Review(file)
            confirmed += _decide(review, after, Choice, ReviewError)
        except ReviewError:
            return  # it says that it cannot be read, and nothing was confirmed since
        kept = {row.decision_id for row in ReviewLog(file).decisions} if file.is_file() else set()
        lost = [row for row in confirmed if row.decision_id not in kept]
        assert not lost, f"{len(lost)} confirmed decisions are gone"
        file.unlink(missing_ok=True)

    fault, number = "", 0
    while time.monotonic() < until and not fault:
        number += 1
        try:
            seeded(number)(check)()
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"[:2000]
    return {"examples": tried, "crashes": [fault] if fault else []}


def _decide(review: Any, rows: Any, choice: Any, refused: type[Exception]) -> list[Any]:
    done: list[Any] = []
    for record_id, label, reason, who in rows:
        with contextlib.suppress(refused):
            chosen = choice(record_id, "correct", label, new_label=True, reason=reason)
            done += review.decide([chosen], who)
    return done


def run(name: str, seconds: int) -> dict[str, Any]:
    """Fuzz a target in a process of its own; what came of it."""
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    command = [sys.executable, "-m", "tests.benchmarks.fuzzing", "--inside", str(folder)]
    command += ["--target", name, "--seconds", str(seconds)]
    environment = os.environ | {"QCMFM_HOME": str(folder / "home")}
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    told: dict[str, Any] = {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": shlex.join(["python", "-m", "tests.benchmarks.fuzzing", "--target", name,
                               "--seconds", str(seconds)]),
        "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    if name == "review_log":
        assert done.returncode == 0, done.stderr[-2000:]
        return told | {"with": f"hypothesis {version('hypothesis')}"} | json.loads(done.stdout)
    counts = re.findall(r"#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)", done.stderr)
    crashes = [path for path in folder.iterdir() if re.match("crash|timeout|oom|slow", path.name)]
    last = counts[-1] if counts else ("0", "0", "0", "0")
    total = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    told |= {
        "with": f"atheris {version('atheris')}",
        "executions": int(total[1] if total else last[0]),
        "edges": int(last[1]),
        "corpus": int(last[3]),
        "crashes": [{"kind": path.name.split("-")[0], "bytes": path.read_bytes().hex()[:4000]}
                    for path in crashes],
    }  # fmt: skip
    if crashes or not counts or done.returncode or told["seconds"] < seconds:
        told["ended"] = done.returncode
        told["said"] = done.stderr[-3000:]
    return told


def main() -> None:
    """Fuzz one target, or all of them one after the other, and keep what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=TARGETS, action="append")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        (name,) = asked.target
        if name == "review_log":
            print(json.dumps(fuzz_review_log(asked.seconds)))
        else:
            fuzz(name, asked.seconds, asked.inside)
        return
    for name in asked.target or TARGETS:
        told = run(name, asked.seconds)
        kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
        RESULTS.write_text(json.dumps(kept | {name: told}, indent=1) + "\n", "utf-8")
        print(name, {key: value for key, value in told.items() if key != "said"}, flush=True)


if __name__ == "__main__":
    main()
