"""How many small mistakes the tests find: `python -m tests.benchmarks.mutation`.

mutmut (`pip install mutmut`) changes one thing in a function at a time (a comparison, a number, an
argument) and runs the tests that call the function. For each package a random sample of its changes
is tried, always the same one; a change is found where a test fails or runs out of time. Changes of
messages count as well, which few tests look at letter by letter. Not changed are modules whose
functions are found by looking at them, since mutmut leaves more functions there. Tests of speed are
left out: code that waits for its change is slow. Writes `tests/benchmarks/results/mutation.json`,
with the names of those that no test found.
"""

import argparse
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now

RESULTS = Path(__file__).parent / "results" / "mutation.json"
TESTS = {
    "quantum": ("tests/quantum",),
    "records": (
        "tests/records/test_records.py",
        "tests/importers",
        "tests/service/test_collections.py",
    ),
    "review": ("tests/review",),
}
"""The packages, and the tests that are run for each."""

_FOUND, _LEFT, _UNTESTED = (1, 3, 24, 36, 152, 255, -24), 0, (5, 33)
"""What mutmut keeps of a change: pytest's exit code, or its own for no time left and no test."""

SETTINGS = """[mutmut]
source_paths = qcmfm/
only_mutate = qcmfm/{package}/*
do_not_mutate =
    qcmfm/quantum/channels.py
    qcmfm/quantum/shares.py
also_copy =
    app.py
    assets
    pages
    pyproject.toml
    README.md
    tests
pytest_add_cli_args =
    -n0
    -x
    -k
    not within_a_second
pytest_add_cli_args_test_selection =
    {tests}
"""


def changes(folder: Path) -> dict[str, int | None]:
    """Every change that was made under a folder, with what came of it; None where it waits."""
    found: dict[str, int | None] = {}
    for file in sorted((folder / "mutants").rglob("*.meta")):
        found |= json.loads(file.read_text("utf-8"))["exit_code_by_key"]
    return found


def measure(package: str, sample: int, seed: int) -> dict[str, Any]:
    """The share of a package's changes that its tests find, from a random sample of them."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "tree"
        subprocess.run(["git", "clone", "--quiet", settings.PACKAGE.parent, folder], check=True)
        tests = "\n    ".join(TESTS[package])
        storage.write_text(folder / "setup.cfg", SETTINGS.format(package=package, tests=tests))
        mutmut = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
        # Each change is tried in a forked process, in which torch's threads would wait for ever.
        alone = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        subprocess.run([*mutmut, "nothing"], cwd=folder, env=alone, check=False)
        names = sorted(changes(folder))
        tried = sorted(random.Random(seed).sample(names, min(sample, len(names))))
        subprocess.run([*mutmut, *tried], cwd=folder, env=alone, check=False)
        came = changes(folder)
    left = [name for name in tried if came[name] in (_LEFT, *_UNTESTED)]
    odd = [name for name in tried if came[name] not in (*_FOUND, _LEFT, *_UNTESTED)]
    if odd:
        raise SystemExit(f"What came of these is not known: {', '.join(odd)}")
    share = binomtest(len(tried) - len(left), len(tried))
    low, high = share.proportion_ci(method="wilson")
    return {
        "changes": len(names),
        "tried": len(tried),
        "found": {"value": share.statistic, "low": low, "high": high},
        "no_test_runs_it": sum(came[name] in _UNTESTED for name in left),
        "not_found": left,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=TESTS, default=list(TESTS))
    parser.add_argument("--sample", type=int, default=300, help="changes of each package")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    given = parser.parse_args()
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    for package in given.only:
        kept[package] = measure(package, given.sample, given.seed) | {
            "command": shlex.join(["python", "-m", "tests.benchmarks.mutation", *sys.argv[1:]]),
            "made": utc_now(),
        }
        print(package, kept[package]["found"], flush=True)
        storage.write_json(RESULTS, kept)


if __name__ == "__main__":
    main()
