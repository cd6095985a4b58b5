"""Nothing decided is lost: `python -m tests.benchmarks.review_log`.

`writers`: many processes write to one review log at once, while one more reads along. Every
decision that was reported saved must be in the file, whole, and in the order of its writer.

`reading`: a log of 100,000 decisions is opened, and polled. `queue`: 100,000 records are filtered
and put in order.

`kills`: a process in which several threads decide, as a server does, is killed with signal 9 in the
middle, again and again on the same log. Every decision that it reported saved must be there, and
the log must open and take the next decision.

A kill leaves what the operating system holds in memory; a power cut may not. Ends that are torn at
every byte are tested in `tests/review/test_log.py`.
"""

import argparse
import itertools
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import Random
from typing import Any

from qcmfm.core import storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.review import orders
from qcmfm.review.choice import Choice
from qcmfm.review.filters import Filters
from qcmfm.review.log import ReviewLog
from qcmfm.review.queue import queue
from qcmfm.review.review import Review

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results" / "review_log.json"
LABELS = ("gold", "silver", "jade")


def reason(number: int) -> str:
    """Now and then a text that needs quotation marks, over several lines."""
    return f'number {number}: "gilt",\nnot gold; see\r\nthe back' if number % 3 == 0 else ""


def write(file: Path, name: str, count: int | None, threads: int) -> None:
    """Take decisions and report each on a line of its own once it is saved; in the writer.

    Without `count` it goes on until it is killed, or nobody reads its reports any more.
    """
    review, said = Review(file), threading.Lock()
    print("ready", flush=True)

    def decide(thread: int) -> None:
        who = f"{name}-{thread}"
        numbers = itertools.count(thread, threads)
        for number in itertools.takewhile(lambda number: count is None or number < count, numbers):
            label = LABELS[number % 3]
            choice = Choice(f"{who} {number}", "correct", label, reason=reason(number))
            (saved,) = review.decide([choice], who, LABELS)
            with said:
                print(saved.reviewer, saved.decision_id, flush=True)

    workers = [threading.Thread(target=decide, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def start(
    file: Path, name: str, count: int | None = None, threads: int = 1
) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.benchmarks.review_log", "write", str(file), name]
    return subprocess.Popen(
        [*command, json.dumps(count), str(threads)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def by_writer(log: ReviewLog) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for decision in log.decisions:
        found.setdefault(decision.reviewer, []).append(decision.decision_id)
    return found


def told(lines: list[str]) -> dict[str, list[str]]:
    """Ids reported saved, by writer; a line that the kill cut short was not reported."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.endswith("\n") and line != "ready\n":
            who, decision_id = line.split()
            found.setdefault(who, []).append(decision_id)
    return found


def check_whole(log: ReviewLog, decisions: int) -> None:
    """Nothing of the log is damaged, and each row says what its number demands."""
    assert log.damaged == [] and len(log.decisions) == decisions
    for decision in log.decisions:
        number = int(decision.record_id.split()[-1])
        assert decision.reason == reason(number).strip()
        assert decision.reviewed_label == LABELS[number % 3]


def writers(folder: Path, processes: int, decisions: int) -> dict[str, Any]:
    """Many processes write at once, and one reads along."""
    file = folder / "writers.csv"
    running = [start(file, f"w{n}", decisions // processes) for n in range(processes)]
    follower, reads = Review(file), 0
    lines: list[list[str]] = [[] for _ in running]

    def collect(place: int) -> None:
        lines[place] += list(running[place].stdout or ())

    begun = time.perf_counter()
    readers = [threading.Thread(target=collect, args=(place,)) for place in range(processes)]
    for reader in readers:
        reader.start()
    while any(reader.is_alive() for reader in readers):
        follower.refresh()
        reads += 1
        time.sleep(0.01)
    took = time.perf_counter() - begun
    assert [process.wait() for process in running] == [0] * processes
    follower.refresh()
    reported = told(list(itertools.chain(*lines)))
    log = ReviewLog(file)
    saved, there = set(itertools.chain(*reported.values())), by_writer(log)
    assert len(saved) == decisions // processes * processes
    missing = saved - {decision.decision_id for decision in log.decisions}
    disordered = [who for who, ids in reported.items() if there.get(who) != ids]
    assert not missing and not disordered
    assert follower.log.decisions == log.decisions and log.torn_files() == []
    check_whole(log, len(saved))
    return {
        "processes": processes,
        "decisions": len(log.decisions),
        "seconds": round(took, 2),
        "decisions_a_second": round(len(log.decisions) / took, 1),
        "reads_alongside": reads,
        "missing": len(missing),
        "torn": len(log.damaged) + len(log.torn_files()),
        "writers_out_of_order": len(disordered),
    }


def kills(folder: Path, times: int, decisions: int, seed: int = 0) -> dict[str, Any]:
    """A process with four threads is killed in the middle of its decisions, again and again."""
    file, chance = folder / "kills.csv", Random(seed)
    reported: dict[str, list[str]] = {}
    unreported, stopped_at = 0, []
    for round_ in range(times):
        process = start(file, f"k{round_}", threads=4)
        assert process.stdout
        stop = chance.randrange(1, decisions)
        lines = [process.stdout.readline() for _ in range(stop + 1)]
        time.sleep(chance.random() * 0.02)
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
        assert process.wait() == -signal.SIGKILL
        here = told(lines)
        reported |= here
        log = ReviewLog(file)
        saved = {who: ids for who, ids in by_writer(log).items() if who.startswith(f"k{round_}-")}
        for who, ids in here.items():
            assert saved[who][: len(ids)] == ids, f"{who} lost a decision in round {round_}"
            assert len(saved[who]) <= len(ids) + 1  # the one that was being saved
        stopped_at.append(sum(map(len, here.values())))
        unreported += sum(map(len, saved.values())) - stopped_at[-1]
    log, review = ReviewLog(file), Review(file)
    everything = {decision.decision_id for decision in log.decisions}
    missing = set(itertools.chain(*reported.values())) - everything
    assert not missing
    check_whole(log, sum(stopped_at) + unreported)
    review.decide([Choice("after the kills", "unsure")], "somebody")
    return {
        "kills": times,
        "killed_after_reading_at_most": decisions,
        "reported_saved": sum(stopped_at),
        "reported_when_killed": stopped_at,
        "saved_but_not_yet_reported": unreported,
        "missing": len(missing),
        "torn_set_aside": len(log.torn_files()),
    }


def reading(folder: Path, decisions: int) -> dict[str, Any]:
    """Opening a long log, asking whether there is something new, and taking in one decision."""
    writer = Review(folder / "long.csv")
    for part in range(10):
        choices = [
            Choice(f"r{part * decisions // 10 + n}", "correct", "gold")
            for n in range(decisions // 10)
        ]
        writer.decide(choices, "somebody", LABELS)
    begun = time.perf_counter()
    review = Review(writer.log.file)
    opened = time.perf_counter()
    for _ in range(1000):
        review.refresh()
    polled = (time.perf_counter() - opened) / 1000
    took = []
    for number in range(20):
        writer.decide([Choice(f"r{number}", "unsure")], "other", LABELS)
        start_ = time.perf_counter()
        assert review.refresh().of(f"r{number}").status == "unsure"
        took.append(time.perf_counter() - start_)
    return {
        "decisions": decisions,
        "open_seconds": round(opened - begun, 2),
        "poll_milliseconds": round(polled * 1000, 3),
        "take_in_one_milliseconds": round(sorted(took)[10] * 1000, 3),
    }


def queueing(count: int) -> dict[str, Any]:
    """Filtering and ordering many records, for each order there is."""
    from tests.review.large import items  # knows predictions, and so torch: not for the writers

    made, took = items(count), {}
    filters = Filters(statuses=("open",), text="vase", least=0.1, labels=("gold",))
    for name in orders.names():
        queue(made, Filters(text="r1"), name)  # libraries are imported
        begun = time.perf_counter()
        shown = queue(made, filters, name)
        took[name] = round(time.perf_counter() - begun, 2)
        assert len(shown) == count * 9 // 10
    return {"records": count, "shown": count * 9 // 10, "seconds": took}


def main() -> None:
    if sys.argv[1:2] == ["write"]:
        file, name, count, threads = sys.argv[2:]
        return write(Path(file), name, json.loads(count), int(threads))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=20)
    parser.add_argument("--decisions", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--kill-after", type=int, default=500)
    parser.add_argument("--no-save", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "command": shlex.join(["python", "-m", "tests.benchmarks.review_log", *sys.argv[1:]]),
            "measured_at": utc_now_ms(),
            "cores": os.cpu_count(),
            "writers": writers(Path(folder), given.processes, given.decisions),
            "kills": kills(Path(folder), given.kills, given.kill_after),
            "reading": reading(Path(folder), 100_000),
            "queue": queueing(100_000),
        }
    print(json.dumps(found, indent=2))
    if not given.no_save:
        storage.write_json(RESULTS, found)


if __name__ == "__main__":
    main()
