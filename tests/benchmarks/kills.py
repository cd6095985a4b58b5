"""Killed at any moment, nothing confirmed is lost: `python -m tests.benchmarks.kills`.

One workspace goes through many rounds. In each a process of its own imports, encodes, trains,
reviews or retrains, says on a pipe what it has confirmed, and is killed with signal 9 at a random
moment. Then another process opens the workspace as the app does: everything that was ever confirmed
must be there, and the doctor must find nothing wrong once it has mended what it can. In the end
each kind of work is done without a kill on what the kills left.

The encoders are cheap stand-ins, so that many kills fit in a short time: what is tested is what
lies on the disk. A kill leaves what the operating system holds in memory; a power cut may not.
"""

import argparse
import json
import os
import shlex
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from qcmfm import importers, service
from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.core.errors import TrainingError
from qcmfm.core.progress import finish
from qcmfm.encoders.cache import FeatureStore
from qcmfm.encoders.features import FeatureCache
from qcmfm.encoders.photo import content_hash, read_photo
from qcmfm.encoders.views import ORIGINAL
from qcmfm.records import read_collection
from qcmfm.review.choice import Choice
from qcmfm.review.review import open_review
from qcmfm.runs.run import read_run
from qcmfm.training.train import train
from qcmfm.workspace import examine, repair
from tests.cheap import COLOURS, CheapImageEncoder, cheap_cache, make_collection
from tests.training.test_training import SMALL

RESULTS = Path(__file__).parent / "results" / "kills.json"
LONGEST = {"import": 1.5, "encode": 0.8, "train": 2.5, "review": 0.6, "retrain": 3.0}
"""Seconds within which a process is killed, for each kind of work."""
SIZE = 60
"""Records of a collection."""

Say = Callable[..., None]


def sources(folder: Path) -> list[Path]:
    """Tables to import, each with photos of its own."""
    return [make_collection(folder / f"source-{seed}", SIZE, seed) for seed in range(4)]


def cache() -> FeatureCache:
    return cheap_cache(settings.features_folder())


def do_import(chance: Random, tables: list[Path], say: Say) -> None:
    """Import into a new collection or anew into an old one."""
    name = f"vases-{chance.randrange(6)}"
    report = finish(importers.import_collection(str(chance.choice(tables)), name))
    say("imported", name, report.taken)


def do_encode(chance: Random, tables: list[Path], say: Say) -> None:
    """Encode photos that nobody saw before, and tell of each shard."""
    seed = chance.randrange(10**6)
    file = make_collection(tables[0].parent / f"encoded-{seed}", 200, seed)
    collection, kept = read_collection(file), cache()
    work = kept.encode(collection)
    with suppress(StopIteration):
        while True:
            next(work)
            # What is stored by now, told by a cache that reads it from the disk.
            say("encoded", str(file), len(stored(file)))


def stored(file: Path) -> set[str]:
    """Ids of the records whose photo's features are on the disk."""
    collection, encoder = read_collection(file), CheapImageEncoder()
    store = FeatureStore(settings.features_folder() / encoder.id / ORIGINAL)
    found: set[str] = set()
    for record in collection.records:
        path = collection.image_path(record)
        if path and content_hash(path.read_bytes()) in store:
            found.add(record.record_id)
    return found


def do_train(chance: Random, tables: list[Path], say: Say) -> None:
    """Train a run; where one was stopped, the same command goes on."""
    runs = settings.runs_folder()
    name = next(f"made-{n}" for n in range(1000) if not (runs / f"made-{n}").exists())
    how = replace(SMALL, epochs=6)
    run = finish(train(read_collection(tables[1]), cache(), how, runs / name))
    say("trained", name, run.sha256)


def do_review(chance: Random, tables: list[Path], say: Say) -> None:
    """Decide, one record or a few at once, and now and then take it back."""
    review = open_review("vases-0")
    while True:
        ids = chance.sample(range(SIZE), chance.choice([1, 1, 3]))
        label, reason = (
            chance.choice(list(COLOURS)),
            'a "reason",\nover lines' * chance.randrange(2),
        )
        choices = [Choice(f"v{n}", "correct", label, reason=reason) for n in ids]
        rows = review.decide(choices, "Ada", COLOURS)
        if chance.random() < 0.2:
            rows = [*rows, *review.undo("Ada")]
        for row in rows:
            say("decided", row.decision_id, row.record_id)


def do_retrain(chance: Random, tables: list[Path], say: Say) -> None:
    """Train on what was decided, and let the run propose."""
    name = "vases-0"
    if not (settings.collections_folder() / name / "records.csv").is_file():
        finish(importers.import_collection(str(tables[0]), name))
        say("imported", name, SIZE)
    out = service.next_run_name(name)
    with suppress(TrainingError):  # too few labels so far
        found = finish(service.retrain(name, "", out, replace(SMALL, epochs=6), cache=cache()))
        say("trained", found.run, read_run(settings.runs_folder() / found.run).sha256)
        service.adopt_run(name, found.run, "Ada")
        say("adopted", name, found.run)


DO = {"import": do_import, "encode": do_encode, "train": do_train, "review": do_review,
      "retrain": do_retrain}  # fmt: skip


def forked(act: Callable[[Say], None]) -> tuple[int, int]:
    """Do something in a process of its own; gives its id and the end of a pipe of what it says."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    os.close(reading)

    def say(*words: Any) -> None:
        os.write(writing, (json.dumps(words) + "\n").encode())

    code = 1
    try:
        act(say)
        code = 0
    except BaseException:
        say("error", traceback.format_exc())
    finally:
        os._exit(code)


def heard(reading: int) -> Iterator[list[Any]]:
    """What a process said, to its end; a line that the kill cut short was not said."""
    with os.fdopen(reading, "rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield json.loads(line)


def killed(
    kind: str, chance: Random, tables: list[Path], longest: float
) -> tuple[float, list[list[Any]], bool]:
    """Begin work and kill it; when, what it had confirmed, and whether it was still at work."""
    seed = chance.randrange(10**9)

    def act(say: Say) -> None:
        own = Random(seed)
        while True:
            DO[kind](own, tables, say)

    process, reading = forked(act)
    wait = chance.random() * longest
    time.sleep(wait)
    os.kill(process, signal.SIGKILL)
    said = list(heard(reading))
    _, status = os.waitpid(process, 0)
    errors = [words[1] for words in said if words[0] == "error"]
    assert not errors, errors[0]
    return wait, said, os.WIFSIGNALED(status)


def confirmed_so_far(said: list[list[Any]], known: dict[str, dict[str, Any]]) -> None:
    """Add what was confirmed to what is known; the last word on a thing counts."""
    for what, name, about in said:
        known.setdefault(what, {})[name] = about


def check(known: dict[str, dict[str, Any]], say: Say) -> None:
    """Open the workspace as the app does; everything confirmed is there, the doctor is content."""
    before = finish(examine())
    for fault in before.faults:
        say("fault", fault.path.split("/")[0], fault.what)
    after = finish(repair())
    assert after.clean, [str(fault) for fault in after.faults]
    collections, errors = service.list_collections()
    assert not errors, errors
    there = {summary.name: summary for summary in collections}
    for name, records in known.get("imported", {}).items():
        assert there[name].records >= records > 0, f"{name} lost records"
        collection = service.open_collection(name)
        with_photo = [record for record in collection.records if record.image]
        assert len(with_photo) >= records * 0.8
        for record in with_photo[:: max(1, len(with_photo) // 5)]:
            read_photo(collection.folder / record.image)
    log = open_review("vases-0").log
    lost = set(known.get("decided", {})) - {decision.decision_id for decision in log.decisions}
    assert not lost and not log.damaged, f"{len(lost)} decisions are lost"
    for name, sha256 in known.get("trained", {}).items():
        assert read_run(settings.runs_folder() / name).sha256 == sha256, f"{name} is another run"
    for name, run in known.get("adopted", {}).items():
        assert service.adopted_run(name) == run or run in service.run_folders()
    for file, count in list(known.get("encoded", {}).items())[-3:]:
        assert len(stored(Path(file))) >= count, f"features of {file} are lost"
    assert not service.list_run_summaries()[1]
    say("checked")


def checked(known: dict[str, dict[str, Any]]) -> list[list[Any]]:
    """What the doctor found wrong before it mended; fails where anything confirmed is gone."""
    process, reading = forked(lambda say: check(known, say))
    said = list(heard(reading))
    os.waitpid(process, 0)
    assert said and said[-1] == ["checked"], said[-1][1] if said else "it ended without a word"
    return said[:-1]


def kills(folder: Path, times: int, seed: int = 0, hurry: float = 1.0) -> dict[str, Any]:
    """Kill work at random moments, and see each time that nothing confirmed is lost.

    Args:
        folder: For the workspace and what is imported.
        times: How often.
        seed: Of the moments.
        hurry: Share of `LONGEST` within which it is killed; below 1, what the kills left is not
            worked on to its end.
    """
    chance, tables = Random(seed), sources(folder)
    if hurry >= 1:  # what a training imports would take up most of the time until the kill
        os.environ["QCMFM_HOME"] = str(folder / "warming")
        do_train(chance, tables, lambda *_: None)
    os.environ["QCMFM_HOME"] = str(folder / "home")
    known: dict[str, dict[str, Any]] = {}
    moments: dict[str, list[float]] = {kind: [] for kind in DO}
    faults: Counter[str] = Counter()
    in_time = 0
    begun = time.monotonic()
    for number in range(times):
        kind = list(DO)[number % len(DO)]
        wait, said, at_work = killed(kind, chance, tables, hurry * LONGEST[kind])
        moments[kind].append(round(wait, 3))
        in_time += at_work
        confirmed_so_far(said, known)
        faults.update(f"{where}: {what}" for _, where, what in checked(known))
    finished = _finished(chance, tables, known) if hurry >= 1 else []
    assert in_time == times, "a process ended before it was killed"
    return {
        "kills": times,
        "seed": seed,
        "killed_at_seconds": moments,
        "confirmed": {what: len(found) for what, found in known.items()},
        "lost": 0,
        "faults_before_mending": dict(faults),
        "faults_after_mending": 0,
        "finished_in_the_end": finished,
        "seconds": round(time.monotonic() - begun, 1),
    }


def _finished(chance: Random, tables: list[Path], known: dict[str, dict[str, Any]]) -> list[str]:
    """Do each kind of work once, undisturbed, on what the kills left."""
    done: list[str] = []
    for kind in ("import", "encode", "train", "retrain"):
        seed = chance.randrange(10**9)

        def act(say: Say, kind: str = kind, seed: int = seed) -> None:
            DO[kind](Random(seed), tables, say)

        process, reading = forked(act)
        said = list(heard(reading))
        os.waitpid(process, 0)
        assert said and all(words[0] != "error" for words in said), said[-1:]
        confirmed_so_far(said, known)
        done.append(kind)
    assert checked(known) == []
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-save", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "command": shlex.join(["python", "-m", "tests.benchmarks.kills", *sys.argv[1:]]),
            "measured_at": utc_now_ms(),
            "cores": os.cpu_count(),
        } | kills(Path(folder), given.kills, given.seed)
    print(json.dumps(found, indent=2))
    if not given.no_save:
        storage.write_json(RESULTS, found)


if __name__ == "__main__":
    main()
