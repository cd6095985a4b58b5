"""Killed at random moments, nothing confirmed is lost: the short version of `benchmarks.kills`."""

from pathlib import Path

import pytest

from tests.benchmarks.kills import DO, kills


@pytest.mark.slow
def test_nothing_confirmed_is_lost_by_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QCMFM_HOME", str(tmp_path / "home"))  # and back, when the test is over
    found = kills(tmp_path, times=len(DO), seed=7, hurry=0.4)
    assert found["kills"] == 5 and found["faults_after_mending"] == found["lost"] == 0
