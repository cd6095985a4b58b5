"""Several people at once on the real server: the short version of `benchmarks.load`."""

from pathlib import Path

import pytest

from tests.benchmarks.load import measure


@pytest.mark.slow
def test_several_review_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = tmp_path / "load"
    home.mkdir()
    monkeypatch.setenv("QCMFM_HOME", str(home))
    found = measure(home, visitors=8, clicks=2, pause=0.2, whole=False)  # fails on any error
    clicks = found["crowd"]["latency_seconds"]["review: a click"]
    assert clicks["count"] == 16 and clicks["most"] < 20
    assert found["memory_a_session_mb"] < 10
