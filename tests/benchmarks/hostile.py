"""Every hostile file through every door: `python -m tests.benchmarks.hostile`.

A file goes through the upload of a photo, through the import as the page does it, and through
`python -m qcmfm import` in a process of its own. Each must end within ten seconds of computing,
with a sentence for whatever is not taken, and with nothing written outside the workspace. What was
measured is kept in `results/hostile.json`; a door at a time can be asked for, and a part of it, so
that no run takes long.
"""

import argparse
import datetime
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.hostile import archives, manifests, photos, tables
from tests.hostile.case import REFUSED, TAKEN, Case
from tests.hostile.doors import (
    SECONDS,
    Passage,
    assert_sentence,
    peak_memory,
    through_import,
    through_upload,
    watched,
)

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results" / "hostile.json"
DOORS = ("upload", "import", "command")


def cases(door: str) -> list[Case]:
    """The files that are given to a door; heavy ones too."""
    pictures = list(photos.cases())
    if door == "upload":
        return pictures
    return [*pictures, *tables.cases(), *archives.cases(), *manifests.cases()]


def on_the_command_line(case: Case, folder: Path) -> Passage:
    """`python -m qcmfm import` in a process of its own."""
    given = folder / "given"
    given.mkdir()
    file = given / case.file
    file.write_bytes(case.make())
    pictured = case.name in {photo.name for photo in photos.cases()}
    source = given if pictured else file
    began = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "qcmfm", "import", str(source), "--name", "hostile"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
        env=os.environ | {"QCMFM_HOME": str(folder / "home")},
    )  # fmt: skip
    ended = os.times()
    assert done.returncode in (0, 2), done.stderr[-500:]
    assert "Traceback" not in done.stderr, done.stderr[-500:]
    lines = tuple(line for line in done.stderr.splitlines() if line)
    sentences = (done.stderr,) if done.returncode == 2 else lines
    computed = ended.children_user - began.children_user
    computed += ended.children_system - began.children_system
    return Passage(done.returncode == 0, sentences, computed)


def pass_through(door: str, case: Case) -> dict[str, Any]:
    """One file through one door, in a workspace of its own."""
    outer = Path(tempfile.mkdtemp(prefix="hostile-"))
    home = outer / "home"
    home.mkdir()
    os.environ["QCMFM_HOME"] = str(home)
    told: dict[str, Any] = {"case": case.name}
    began, computed = time.monotonic(), time.process_time()
    try:
        if door == "command":
            passage = on_the_command_line(case, outer)
            seconds = passage.seconds
        else:
            with watched(outer, home):
                passage = through_upload(case) if door == "upload" else through_import(
                    case, outer, "hostile")  # fmt: skip
            seconds = time.process_time() - computed
        told |= {"taken": passage.taken, "seconds": round(seconds, 2)}
        told["wall"] = round(time.monotonic() - began, 2)
        for sentence in passage.sentences[:50]:
            assert_sentence(sentence)
        assert passage.taken or passage.sentences, "nothing was said"
        assert seconds < SECONDS, f"it took {seconds:.1f} s"
        wrong = {REFUSED: passage.taken, TAKEN: not passage.taken}.get(case.expected, False)
        assert door != "upload" or not wrong, f"it is to be {case.expected}"
    except Exception as error:  # whatever goes wrong here is a finding
        told["fault"] = f"{type(error).__name__}: {error}"[:500]
    finally:
        shutil.rmtree(outer, ignore_errors=True)
    return told


def memory_of_children() -> float:
    """The most memory of any process that was waited for, in MB."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def passages(
    door: str, part: int, parts: int, say: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """Every file of a part through a door."""
    for case in cases(door)[part::parts]:
        told = pass_through(door, case)
        if "fault" in told:
            say(f"{door}: {case.name}: {told['fault']}")
        yield told


def main() -> None:
    """Run a door, or all of them, and keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--door", choices=DOORS, action="append")
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--parts", type=int, default=1)
    asked = parser.parse_args()
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    for door in asked.door or DOORS:
        found = list(passages(door, asked.part, asked.parts, lambda text: print(text, flush=True)))
        kept.setdefault(door, {})[f"part {asked.part + 1} of {asked.parts}"] = {
            "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "command": shlex.join(["python", "-m", "tests.benchmarks.hostile", *sys.argv[1:]]),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, shared with other work",
            "files": len(found),
            "taken": sum(told.get("taken", False) for told in found),
            "refused": sum(not told.get("taken", True) for told in found),
            "faults": [told for told in found if "fault" in told],
            "slowest": sorted(found, key=lambda told: -told.get("seconds", 0))[:5],
            "peak_memory_mb": round(peak_memory()),
            "peak_memory_of_children_mb": round(memory_of_children()),
        }
        print(door, len(found), "files through", flush=True)
    RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
