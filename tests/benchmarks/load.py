"""Many people at once: `python -m tests.benchmarks.load`.

The real server runs on this machine and is spoken to over loopback alone. Half of the visitors
review the same queue: they say who they are, and accept or go on, with a pause in between as people
make it; that one is told that another decided first is no error. The others label photos of their
own: each uploads one and writes a caption, and then other captions, which the encoders read anew
each time. In the second part five models are trained as a job beside them. Told are the seconds
from a click to the last word of the page drawn anew, and the server's memory: before, with
everybody there, and after they left. With `--memory`, one crowd comes after the other instead, each
with photos and captions of its own: what the first leaves behind, the later must hardly add to.

The visitors are no browsers: what a browser needs to draw is not in the figures, and what the
visitors themselves compute takes from the same cores.
"""

import argparse
import asyncio
import json
import os
import shlex
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from qcmfm import jobs
from qcmfm.core import storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.review.log import ReviewLog
from qcmfm.service.tasks import TASKS
from qcmfm.ui.shell.memory import SLACK
from tests.benchmarks.visitors import Visitor
from tests.browser.studio import server
from tests.browser.vases import THINGS, draw_vases, pretend_labelled

RESULTS = Path(__file__).parent / "results" / "load.json"
MOST = 50
"""Visitors that the script agrees to make."""
LONGEST = 420.0
"""Seconds after which it gives up."""
TTL = 20
"""Seconds for which the server keeps a session whose browser went away; 120 by default."""
REVIEW = "collection=vases&status=open"

Times = dict[str, list[float]]


async def review(visitor: Visitor, number: int, clicks: int, pause: float, took: Times) -> None:
    """Open the queue and work on it."""
    chance = Random(number)
    took["review: first page"].append(await visitor.open())
    await visitor.type("Your name", f"Reviewer {number}", press="Start")
    for _ in range(clicks):
        await asyncio.sleep(chance.uniform(0.5, 1.5) * pause)
        what = chance.choice(["Accept", "Next", "Next"])
        took["review: a click"].append(await visitor.press(what))


async def classify(
    visitor: Visitor, number: int, clicks: int, pause: float, took: Times, photo: Path
) -> None:
    """Upload a photo and describe it, again and again."""
    chance = Random(number)
    took["classify: first page"].append(await visitor.open())
    took["classify: a photo"].append(await visitor.upload(photo))
    for turn in range(clicks):
        await asyncio.sleep(chance.uniform(0.5, 1.5) * pause)
        label = next(name for kind, name in visitor.widgets if kind == "text_area")
        caption = f"{chance.choice(THINGS)}, held by visitor {number}, {photo.stem}.{turn}"
        took["classify: another caption"].append(await visitor.type(label, caption))


def resident(process: int) -> float:
    """Memory of a process, MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def server_process(address: str) -> int:
    """The process that listens there."""
    port = f":{int(address.rsplit(':', 1)[1]):04X}"
    sockets = {
        cells[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if (cells := line.split())[1].endswith(port) and cells[3] == "0A"
    }
    for process in Path("/proc").glob("[0-9]*"):
        try:
            opened = {str(handle.readlink()) for handle in (process / "fd").iterdir()}
        except OSError:
            continue
        if any(f"socket:[{inode}]" in opened for inode in sockets):
            return int(process.name)
    raise AssertionError("nobody listens")


async def crowd(
    address: str, visitors: int, clicks: int, pause: float, photos: Sequence[Path]
) -> dict[str, Any]:
    """Everybody at once; how long everything took, and the memory while they are there."""
    took: Times = {
        name: [] for name in ("review: first page", "review: a click", "classify: first page",
                              "classify: a photo", "classify: another caption")
    }  # fmt: skip
    people: list[Visitor] = []
    work = []
    async with asyncio.timeout(LONGEST):
        for number in range(visitors):
            reviews = number % 2 == 0 or not photos
            visitor = Visitor(address, "/review" if reviews else "/classify", REVIEW * reviews)
            people.append(await visitor.__aenter__())
            if reviews:
                work.append(review(visitor, number, clicks, pause, took))
            else:
                photo = photos[number % len(photos)]
                work.append(classify(visitor, number, clicks, pause, took, photo))
        begun = time.perf_counter()
        await asyncio.gather(*work)
        seconds = time.perf_counter() - begun
        there = resident(server_process(address))
        for visitor in people:
            await visitor.__aexit__()
    told = [error for visitor in people for error in visitor.errors]
    conflicts = [error for error in told if "since you opened it" in error]
    errors = [error for error in told if error not in conflicts]
    assert not errors, errors[:3]
    return {
        "visitors": visitors,
        "seconds": round(seconds, 1),
        "errors_shown": len(errors),
        "told_that_somebody_else_decided": len(conflicts),
        "memory_with_everybody_mb": round(there, 1),
        "latency_seconds": {name: quantiles(found) for name, found in took.items() if found},
    }


def quantiles(found: Sequence[float]) -> dict[str, float]:
    """How the seconds spread."""
    ordered = sorted(found)
    return {
        "count": len(ordered),
        "median": round(statistics.median(ordered), 3),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 3),
        "most": round(ordered[-1], 3),
    }


async def warm(address: str, photos: Sequence[Path]) -> None:
    """One visitor on each page, so that what is loaded once is loaded."""
    nothing: Times = {name: [] for name in (
        "review: first page", "review: a click", "classify: first page", "classify: a photo",
        "classify: another caption")}  # fmt: skip
    async with Visitor(address, "/review", REVIEW) as visitor:
        await review(visitor, 99, 1, 0, nothing)
    for photo in photos[:1]:
        async with Visitor(address, "/classify") as visitor:
            await classify(visitor, 98, 1, 0, nothing, photo)


def after_they_left(address: str) -> float:
    """Memory once their sessions are given up and the server has tidied; nobody visits it."""
    time.sleep(TTL + SLACK + 15)
    return resident(server_process(address))


def waves(home: Path, visitors: int, clicks: int, pause: float, count: int) -> dict[str, Any]:
    """Crowd after crowd on one server; its memory before, with each, and after each left.

    Args:
        home: The workspace.
        visitors: How many at once.
        clicks: Of each.
        pause: Seconds between them.
        count: How many crowds.
    """
    assert visitors <= MOST
    photos = _furnish(home, 400)
    half = visitors // 2
    crowds: list[dict[str, float]] = []
    with server(home, more=["--server.disconnectedSessionTTL", str(TTL)]) as address:
        asyncio.run(warm(address, photos[-1:]))
        before = resident(server_process(address))
        for number in range(count):
            own = photos[number * half : (number + 1) * half]
            found = asyncio.run(crowd(address, visitors, clicks, pause, own))
            there = found["memory_with_everybody_mb"]
            left = round(after_they_left(address), 1)
            crowds.append({"with_everybody_mb": there, "after_they_left_mb": left})
    return {"visitors": visitors, "before_mb": round(before, 1), "crowds": crowds}


def _furnish(home: Path, records: int) -> list[Path]:
    """A workspace with a collection to review; its photos."""
    os.environ["QCMFM_HOME"] = str(home)
    draw_vases(home, records)
    pretend_labelled()
    return sorted((home / "collections" / "vases" / "images").glob("*.jpg"))


def measure(home: Path, visitors: int, clicks: int, pause: float, whole: bool) -> dict[str, Any]:
    """A server, a crowd, what stays of it, and a second crowd beside a training.

    Args:
        home: The workspace.
        visitors: How many at once.
        clicks: Of each.
        pause: Seconds between them.
        whole: Whether half of them label photos, and it is waited until they left.
    """
    assert visitors <= MOST
    images = _furnish(home, 400 if whole else 40)
    photos = images[: visitors // 2] if whole else []
    more = ["--server.disconnectedSessionTTL", str(TTL)]
    with server(home, more=more) as address:
        asyncio.run(warm(address, photos))
        before = resident(server_process(address))
        found: dict[str, Any] = {"memory_before_mb": round(before, 1)}
        found["crowd"] = asyncio.run(crowd(address, visitors, clicks, pause, photos))
        there = found["crowd"]["memory_with_everybody_mb"]
        found["memory_a_session_mb"] = round((there - before) / visitors, 2)
        if whole:
            found["memory_after_they_left_mb"] = round(after_they_left(address), 1)
            found["crowd_beside_a_training"] = _beside_training(
                address, visitors, clicks, pause, photos
            )
            left = after_they_left(address)
            found["memory_after_the_second_crowd_left_mb"] = round(left, 1)
    decisions = ReviewLog(home / "review" / "vases.csv")
    assert decisions.damaged == []
    return found | {"decisions_kept": len(decisions.decisions)}


def _beside_training(
    address: str, visitors: int, clicks: int, pause: float, photos: Sequence[Path]
) -> dict[str, Any]:
    job = jobs.start("compare_labels", {"collection": "artifacts", "run": ""}, TASKS)
    time.sleep(5)
    try:
        found = asyncio.run(crowd(address, visitors, clicks, pause, photos))
        return found | {"training_when_they_left": jobs.state(job)}
    finally:
        jobs.cancel(job)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=25)
    parser.add_argument("--clicks", type=int, default=12)
    parser.add_argument("--pause", type=float, default=4.0, help="Seconds between clicks.")
    parser.add_argument("--memory", action="store_true", help="Crowd after crowd instead.")
    parser.add_argument("--crowds", type=int, default=4)
    parser.add_argument("--no-save", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "command": shlex.join(["python", "-m", "tests.benchmarks.load", *sys.argv[1:]]),
            "measured_at": utc_now_ms(),
            "cores": os.cpu_count(),
            "load_average_before": round(os.getloadavg()[0], 1),
            "pause_seconds": given.pause,
            "clicks_each": given.clicks,
            "session_ttl_seconds": TTL,
        } | (
            waves(Path(folder), given.visitors, given.clicks, given.pause, given.crowds)
            if given.memory
            else measure(Path(folder), given.visitors, given.clicks, given.pause, True)
        )
    if given.memory:
        kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
        found = kept | {"memory": found}
    print(json.dumps(found, indent=2))
    if not given.no_save:
        storage.write_json(RESULTS, found)


if __name__ == "__main__":
    main()
