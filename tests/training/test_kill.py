"""Kill -9 in the middle of encoding and of training: the same command finishes the work."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors import safe_open

from tests.cheap import make_collection
from tests.processes import Forked

SETTINGS = ["--option", "n_qubits=4", "--option", "n_layers=1", "--epochs", "25", "--views", "2"]


def start(records: Path, out: Path, home: Path) -> Forked:
    command = ["qcmfm", "train", "--records", str(records), "--out", str(out), *SETTINGS]
    return Forked(command, os.environ | {"QCMFM_HOME": str(home)})


def kill_when(process: Forked, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not ready():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def shards(home: Path) -> dict[Path, float]:
    return {path: path.stat().st_mtime for path in home.glob("features/*/*/*.safetensors")}


@pytest.mark.slow
def test_killed_three_times_and_finished(tmp_path: Path):
    records = make_collection(tmp_path / "vases", size=150)
    home, out = tmp_path / "home", tmp_path / "run"

    kill_when(start(records, out, home), lambda: len(shards(home)) >= 2)
    kept = shards(home)
    assert 2 <= len(kept) < 9  # of five photo shards for each of two views, and captions

    for stage in ("train", "refit"):
        checkpoint = tmp_path / ".run.partial" / f"{stage}.safetensors"
        kill_when(start(records, out, home), checkpoint.is_file)
        assert not out.exists()
        assert kept.items() <= shards(home).items()  # nothing was encoded again
        with safe_open(checkpoint, framework="numpy") as file:  # whole, whenever the kill came
            assert json.loads(file.metadata()["progress"])["epoch"] >= 1

    assert start(records, out, home).wait() == 0
    assert not (tmp_path / ".run.partial").exists()
    whole = tmp_path / "whole"
    assert start(records, whole, home).wait() == 0
    first, second = (json.loads((run / "run.json").read_text()) for run in (out, whole))
    assert first["sha256"] == second["sha256"]  # the same weights as if nothing had happened
