"""What the program is made of: known vulnerabilities, lowest versions, bill of materials.

`python -m tests.benchmarks.supply audit | lowest | sbom FILE`; needs `pip install -e '.[supply]'`.
`lowest` installs the oldest release of every direct dependency that `requirements.txt` allows into
an environment of its own and runs tests there. What came of each is kept in `results/supply.json`.
"""

import argparse
import datetime
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
UV = (sys.executable, "-m", "uv")
RESULTS = Path(__file__).parent / "results" / "supply.json"
TESTS = (
    "tests/records/test_records.py", "tests/training/test_training.py", "tests/importers",
    "tests/exports",
    "tests/fusion/test_contract.py", "tests/encoders", "tests/review/test_log.py",
    "tests/quantum/test_bridge.py", "tests/catalog",
)  # fmt: skip
"""Those that use a direct dependency, each at least once, and take no browser."""


def run(*command: str, seconds: int = 600) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )


def audit() -> dict[str, Any]:
    """Ask pip-audit's database of every installed package."""
    done = run(sys.executable, "-m", "pip_audit", "--local", "--format", "json",
               "--progress-spinner", "off")  # fmt: skip
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return {"state": "not run", "why": f"the database cannot be reached: {reason[:300]}"}
    known = [package for package in found if "vulns" in package]
    unknown = [package["name"] for package in found if "vulns" not in package]
    if not known:
        why = (
            f"the database knows none of the {len(found)} packages; it cannot be reached from here"
        )
        return {"state": "not run", "why": why}
    weak = {package["name"]: [weakness["id"] for weakness in package["vulns"]]
            for package in known if package["vulns"]}  # fmt: skip
    return {
        "state": "vulnerable" if weak else "none known",
        "looked up": len(known), "not looked up": unknown, "vulnerabilities": weak,
    }  # fmt: skip


def lowest(install: bool) -> dict[str, Any]:
    """Resolve the lowest versions and, if asked, install them and run tests with them."""
    folder = Path(tempfile.mkdtemp(prefix="lowest-"))
    pinned = folder / "lowest.txt"
    wanted = "{}.{}".format(*sys.version_info)
    done = run(*UV, "pip", "compile", "requirements.txt", "--resolution", "lowest-direct",
               "--python-version", wanted, "-o", str(pinned), "--no-header")  # fmt: skip
    if done.returncode:
        return {"state": "cannot be resolved", "why": done.stderr[-1000:]}
    direct = {_name(line) for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
              if line and not line.startswith("#")}  # fmt: skip
    lines = [line.split(" ")[0] for line in pinned.read_text("utf-8").splitlines() if "==" in line]
    versions = {_name(line): line.split("==")[1] for line in lines if _name(line) in direct}
    told: dict[str, Any] = {"state": "resolved", "python": wanted, "direct": versions}
    if not install:
        return told
    python = folder / "venv" / "bin" / "python"
    steps = (
        (*UV, "venv", "-q", "--python", sys.executable, str(folder / "venv")),
        (*UV, "pip", "install", "-q", "--python", str(python), "-r", str(pinned), "pytest",
         "hypothesis", "beartype", "openqasm3[parser]"),
    )  # fmt: skip
    for step in steps:
        done = run(*step)
        if done.returncode:
            return told | {"state": "cannot be installed", "why": done.stderr[-1000:]}
    done = run(str(python), "-m", "pytest", "-q", "-o", "addopts=", *TESTS, seconds=3600)
    shutil.rmtree(folder, ignore_errors=True)
    lines = done.stdout.strip().splitlines()
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return told | {
        "state": "tested" if done.returncode == 0 else "tests fail",
        "tests": shlex.join(TESTS), "failed": failed, "said": lines[-1] if lines else "",
    }  # fmt: skip


def _name(requirement: str) -> str:
    return re.split(r"[<>=!~\[; ]", requirement)[0].lower().replace("_", "-")


def sbom(file: Path) -> dict[str, Any]:
    """Write a CycloneDX bill of materials of the environment."""
    done = run(sys.executable, "-m", "cyclonedx_py", "environment", sys.executable, "--pyproject",
               "pyproject.toml", "--output-format", "JSON", "--output-file", str(file))  # fmt: skip
    if done.returncode:
        return {"state": "not written", "why": done.stderr[-1000:]}
    written = json.loads(file.read_text("utf-8"))
    return {
        "state": "written", "with": f"cyclonedx-bom {version('cyclonedx-bom')}",
        "format": f"{written['bomFormat']} {written['specVersion']}",
        "of": written["metadata"]["component"]["name"], "components": len(written["components"]),
    }  # fmt: skip


def main() -> None:
    """Do one of the three and keep what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("audit")
    what.add_parser("lowest").add_argument("--install", action="store_true")
    what.add_parser("sbom").add_argument("file", type=Path)
    asked = parser.parse_args()
    found = {"audit": audit, "lowest": lambda: lowest(asked.install),
             "sbom": lambda: sbom(asked.file)}[asked.what]()  # fmt: skip
    found |= {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": shlex.join(["python", "-m", "tests.benchmarks.supply", *sys.argv[1:]]),
    }
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    RESULTS.write_text(json.dumps(kept | {asked.what: found}, indent=1) + "\n", "utf-8")
    print(json.dumps(found, indent=1))
    raise SystemExit(found["state"] in ("vulnerable", "tests fail", "cannot be resolved"))


if __name__ == "__main__":
    main()
