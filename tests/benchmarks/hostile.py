"""Every hostile thing through every door: `python -m tests.benchmarks.hostile`.

A file goes through the upload of a photo, through the import as the page does it, and through
`python -m qcmfm import`; a text is a caption, a label, a name and an argument; a tampered run is
opened. Each passage is a process of its own, forked from one that has the modules loaded. It must
end by itself, within ten seconds of computing by it and by whatever it started, in bounded memory,
with a sentence for whatever is not taken, and with nothing written outside the workspace. What was
measured is kept in `results/hostile.json`; a door at a time can be asked for, and a part of it, so
that no run takes long. Needs POSIX.
"""

import argparse
import datetime
import importlib
import json
import os
import platform
import resource
import select
import shlex
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from qcmfm.encoders.photo import DECODERS
from tests.hostile import archives, manifests, photos, runs, tables
from tests.hostile.case import REFUSED, TAKEN, Case
from tests.hostile.doors import (
    SECONDS,
    Passage,
    assert_sentence,
    through_command,
    through_fields,
    through_import,
    through_regions,
    through_run,
    through_upload,
    watched,
)
from tests.hostile.words import ADDRESSES, FORMULAS, LETTERS, MARKUP, PATHS

RESULTS = Path(__file__).parent / "results" / "hostile.json"
DOORS = ("upload", "import", "command", "fields", "arguments", "runs")
MEMORY = 2048
"""MB that no process may need."""
HANGS = 400
"""Seconds on the clock after which a passage is ended, however busy the machine is."""
LOADED = (
    "anyio", "asyncio", "httpcore2", "httpx2", "imagehash", "jsonschema", "openpyxl", "pydantic",
    "python_calamine", "qcmfm.cli", "qcmfm.fusion.qcmfm", "qcmfm.importers.cleveland",
    "qcmfm.importers.met", "scipy.fftpack", "sklearn.feature_extraction.text", "truststore",
    "typer._adapters",
)  # fmt: skip
"""What passages import, imported once, so that no fork does it anew."""
LONGEST_ARGUMENT = 30_000

_MAKING: list[float] = []
"""Seconds of computing that the things themselves took to make, in this process."""

Act = Callable[[Path], Passage]


def passages(door: str) -> Iterator[tuple[str, str, Act]]:
    """What goes through a door: its name, what must become of it, and the act.

    An act gets a folder of its own, of which `home` is the workspace and `given` the visitor's.
    """
    if door in ("upload", "import", "command"):
        return _files(door)
    return _tampered() if door == "runs" else _texts(door)


def _files(door: str) -> Iterator[tuple[str, str, Act]]:
    pictures = list(photos.cases())
    names = {case.name for case in pictures}
    tables_and_others = [*tables.cases(), *archives.cases(), *manifests.cases()]
    for case in [*pictures, *(tables_and_others if door != "upload" else ())]:
        if door == "upload":
            yield case.name, case.expected, lambda _, case=case: through_upload(_made(case))
        elif door == "import":
            yield (case.name, _of_file(case), lambda folder, case=case: through_import(
                _made(case), folder / "home", "hostile"))  # fmt: skip
        else:
            yield (case.name, _of_file(case), lambda folder, case=case: _import_by_command(
                case, folder, case.name in names))  # fmt: skip


def _texts(door: str) -> Iterator[tuple[str, str, Act]]:
    for name, text in {**MARKUP, **LETTERS, **FORMULAS, **PATHS}.items():
        given = _argument(text)
        yield name, "", (
            (lambda _, text=text: through_fields(text)) if door == "fields"
            else lambda folder, given=given: _by_argument(given, folder)
        )  # fmt: skip
    for name, address in ADDRESSES.items() if door == "arguments" else ():
        given = _argument(address)
        yield f"address: {name}", "", lambda folder, given=given: _by_argument(given, folder)


def _argument(text: str) -> str:
    """A text as the system allows an argument to be."""
    return text.replace("\0", " ").replace("\ud800", " ")[:LONGEST_ARGUMENT]


def _tampered() -> Iterator[tuple[str, str, Act]]:
    for name, change in runs.changes():
        yield name, REFUSED, lambda folder, change=change: through_run(change, folder)
    for name, content in runs.regions().items():
        yield (f"regions: {name}", REFUSED,
               lambda folder, content=content: through_regions(content, folder))  # fmt: skip


def _made(case: Case) -> Case:
    began = time.process_time()
    content = case.make()
    _MAKING.append(time.process_time() - began)
    return replace(case, make=lambda: content)


def _of_file(case: Case) -> str:
    """What must become of an imported file: photos and archives may be taken for their names."""
    return case.expected if case.file.startswith(("table", "book")) else ""


def _import_by_command(case: Case, folder: Path, pictured: bool) -> Passage:
    """`python -m qcmfm import` of a file; of a folder that holds it where it is a photo."""
    file = folder / "given" / case.file
    file.write_bytes(_made(case).make())
    source = str(file.parent if pictured else file)
    return through_command(folder / "home", "import", source, "--name", "hostile")


def _by_argument(text: str, folder: Path) -> Passage:
    """`python -m qcmfm import` with a text in the place of the source, and of the name."""
    home, table = folder / "home", folder / "given" / "table.csv"
    table.write_text("record_id,caption\na,a cup\n", "utf-8")
    source = through_command(home, "import", "--name", "hostile", "--", text)
    name = through_command(home, "import", str(table), f"--name={text}")
    return Passage(
        source.taken or name.taken,
        (*source.sentences, *name.sentences),
        source.seconds + name.seconds,
    )


def _attempt(act: Act, expected: str, folder: Path) -> dict[str, Any]:
    """An act, inside its process: what was told of it, and what is wrong with that."""
    try:
        (folder / "given").mkdir()
        home = folder / "home"
        with watched(folder, home, folder / "given"):
            passage = act(folder)
        for sentence in passage.sentences[:50]:
            assert_sentence(sentence)
        assert passage.taken or passage.sentences, "nothing was said"
        wrong = {REFUSED: passage.taken, TAKEN: not passage.taken}.get(expected, False)
        assert not wrong, f"it is to be {expected}"
        return {"taken": passage.taken}
    except BaseException as error:  # whatever goes wrong here is a finding
        return {"taken": False, "fault": f"{type(error).__name__}: {error}"[:500]}


def pass_through(name: str, expected: str, act: Act) -> dict[str, Any]:
    """One thing through one door, in a process and a workspace of its own."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    (folder / "home").mkdir()
    reading, writing = os.pipe()
    began = time.monotonic()
    process = os.fork()
    if not process:
        os.environ["QCMFM_HOME"] = str(folder / "home")
        os.environ["TMPDIR"] = str(folder / "home")
        os.setpgid(0, 0)
        told = _attempt(act, expected, folder)
        DECODERS.close()  # so that their work is counted
        os.write(writing, json.dumps(told | {"making": sum(_MAKING)}).encode())
        os._exit(0)
    os.close(writing)
    hung = not select.select([reading], [], [], HANGS)[0]
    if hung:
        os.kill(process, signal.SIGKILL)
    content = b"".join(iter(lambda: os.read(reading, 1 << 16), b""))
    os.close(reading)
    _, status, used = os.wait4(process, 0)
    shutil.rmtree(folder, ignore_errors=True)
    told = {"case": name, "taken": False, "seconds": round(used.ru_utime + used.ru_stime, 2)}
    told |= {"wall": round(time.monotonic() - began, 2), "memory_mb": _megabytes(used)}
    told |= json.loads(content) if content else {
        "fault": f"no end after {HANGS} s" if hung else f"the process died: {status}"}  # fmt: skip
    told["seconds"] = round(told["seconds"] - told.pop("making", 0.0), 2)
    if "fault" not in told and told["seconds"] > SECONDS:
        told["fault"] = f"it took {told['seconds']} s"
    if "fault" not in told and told["memory_mb"] > MEMORY:
        told["fault"] = f"it took {told['memory_mb']} MB"
    return told


def _megabytes(used: resource.struct_rusage) -> int:
    """The most memory of a process and of those it waited for."""
    return round(used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024))


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """What came of many passages."""
    faults = [told for told in found if "fault" in told]
    return {
        "passed": len(found),
        "taken": sum(told["taken"] for told in found),
        "refused": sum(not told["taken"] and "fault" not in told for told in found),
        "faults": faults,
        "slowest": sorted(found, key=lambda told: -told["seconds"])[:5],
        "largest": sorted(found, key=lambda told: -told["memory_mb"])[:3],
        "most_seconds_of_computing": max(told["seconds"] for told in found),
        "most_memory_mb": max(told["memory_mb"] for told in found),
    }


def together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The parts of a door as one."""
    whole: dict[str, Any] = {}
    for key in ("passed", "taken", "refused"):
        whole[key] = sum(part[key] for part in parts)
    for key, by, most in (("faults", "seconds", 99), ("slowest", "seconds", 5),
                          ("largest", "memory_mb", 3)):  # fmt: skip
        found = [told for part in parts for told in part[key]]
        whole[key] = sorted(found, key=lambda told: -told[by])[:most]
    for key in ("most_seconds_of_computing", "most_memory_mb"):
        whole[key] = max(part[key] for part in parts)
    return whole


def main() -> None:
    """Run a door, or all of them, and keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--door", choices=DOORS, action="append")
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--only", default="", help="Things whose names hold this; nothing is kept.")
    asked = parser.parse_args()
    for module in LOADED:
        importlib.import_module(module)
    for door in asked.door or DOORS:
        found: list[dict[str, Any]] = []
        for name, expected, act in list(passages(door))[asked.part :: asked.parts]:
            if asked.only in name:
                found.append(pass_through(name, expected, act))
                if asked.only or "fault" in found[-1]:
                    print(door, found[-1], flush=True)
        print(door, len(found), "through", flush=True)
        if asked.only:
            continue
        kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
        runs_of = [r for r in kept.get(door, {}).get("runs", []) if r["of"] == asked.parts]
        runs_of = [r for r in runs_of if r["part"] != asked.part] + [{
            "part": asked.part,
            "of": asked.parts,
            "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "command": shlex.join(["python", "-m", "tests.benchmarks.hostile", *sys.argv[1:]]),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, shared with other work",
            **summary(found),
        }]  # fmt: skip
        kept[door] = {**together(runs_of), "runs": runs_of}
        RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
