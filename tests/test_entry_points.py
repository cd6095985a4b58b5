"""Entry points let idle threads sleep before torch is loaded; the package changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qcmfm import jobs
from qcmfm.core import settings
from tests.jobs.kinds import KINDS
from tests.jobs.test_jobs import ended

ROOT = Path(__file__).resolve().parents[1]
SAY = "; print(os.environ.get('OMP_WAIT_POLICY'), 'torch' in sys.modules)"


def said(code: str, **more: str) -> list[str]:
    """What a fresh process prints last, for which nobody set how threads wait."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment | more, text=True,
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout.splitlines()[-1].split()


def test_the_package_changes_no_environment():
    code = (
        "import os, sys; before = dict(os.environ); import qcmfm; from qcmfm.core import settings"
    )
    assert said(f"{code}; print(before == dict(os.environ))") == ["True"]


COMMAND = """
import os, sys
from qcmfm import cli
sys.argv = ["qcmfm", "--version"]
try:
    cli.main()
except SystemExit:
    pass
"""


@pytest.mark.parametrize(
    "code",
    [COMMAND + SAY[2:], f"import os, sys, runpy; runpy.run_path('app.py'){SAY}"],
    ids=["command line", "app"],
)
def test_an_entry_point_lets_idle_threads_sleep_unless_somebody_wants_else(code: str):
    assert said(code) == ["PASSIVE", "False"]
    assert said(code, OMP_WAIT_POLICY="ACTIVE") == ["ACTIVE", "False"]


def test_the_process_of_a_job_lets_idle_threads_sleep(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OMP_WAIT_POLICY")
    job = ended(jobs.start("environment", {"name": "OMP_WAIT_POLICY"}, KINDS))
    assert job.result == {"value": settings.sleeping_threads()["OMP_WAIT_POLICY"]}
