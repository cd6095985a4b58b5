"""Nothing decided is lost: the short version of `tests.benchmarks.review_log`."""

from pathlib import Path

from tests.benchmarks.review_log import kills, writers


def test_many_processes_write_at_once_and_nothing_is_lost_torn_or_out_of_order(tmp_path: Path):
    found = writers(tmp_path, processes=5, decisions=75)
    assert found["decisions"] == 75


def test_what_a_killed_process_reported_saved_is_there(tmp_path: Path):
    found = kills(tmp_path, times=3, decisions=50)
    assert found["reported_saved"] >= 3
