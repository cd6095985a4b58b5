"""A job outlives who started it, says how far it is, and can be stopped and taken up again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm import jobs
from qcmfm.core.errors import JobError
from qcmfm.core.progress import Progress
from qcmfm.jobs import event_log
from tests.jobs.kinds import KINDS


def wait(ready: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def ended(job_id: str) -> jobs.Job:
    wait(lambda: jobs.state(job_id) != "running")
    return jobs.find_job(job_id)


def process_of(job_id: str) -> int:
    started = [event for event in jobs.events(job_id) if event["event"] == "started"]
    return started[-1]["process"]


def test_a_job_is_done_and_says_how(tmp_path: Path):
    job_id = jobs.start("count", {"file": str(tmp_path / "n"), "to": 30}, KINDS)
    assert jobs.state(job_id) == "running"
    job = ended(job_id)
    assert (job.state, job.kind, job.result) == ("done", "count", {"counted": 30})
    assert job.progress == Progress("Counting", 30, 30, "ünïcode")
    told = [event["event"] for event in jobs.events(job_id)]
    assert told[:2] == ["launched", "started"] and told[-1] == "done"
    assert [found.job_id for found in jobs.list_jobs()] == [job_id]
    assert jobs.list_jobs("another") == []
    jobs.resume(job_id, KINDS)  # nothing is left to do
    assert jobs.state(job_id) == "done"
    jobs.forget(job_id)
    assert jobs.list_jobs() == []


def test_a_killed_job_is_interrupted_and_goes_on_where_it_was(tmp_path: Path):
    file = tmp_path / "n"
    job_id = jobs.start("count", {"file": str(file), "to": 150}, KINDS)
    wait(lambda: file.exists() and int(file.read_text() or 0) >= 20)
    os.kill(process_of(job_id), signal.SIGKILL)
    job = ended(job_id)
    assert job.state == "interrupted" and job.progress and 0 < job.progress.done < 150
    with (tmp_path / "home" / "jobs" / job_id / "events.jsonl").open("ab") as handle:
        handle.write(b'{"event": "prog')  # what a kill in the middle of a write leaves
    assert jobs.state(job_id) == "interrupted"
    jobs.resume(job_id, KINDS)
    assert jobs.state(job_id) == "running"
    job = ended(job_id)
    assert job.state == "done" and job.result["counted"] <= 130
    assert [event["event"] for event in jobs.events(job_id)].count("started") == 2


@pytest.mark.parametrize(("of", "state"), [("first", "running"), ("second", "interrupted")])
def test_the_end_of_an_earlier_process_may_be_noted_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: str, state: str
):
    def launched(job_id: str, _: jobs.Tasks) -> None:
        folder = tmp_path / "home" / "jobs" / job_id
        for launch in ("first", "second"):
            event_log.append(folder, "launched", launch=launch)
        event_log.append(folder, "ended", code=-9, launch=of)

    monkeypatch.setattr(jobs, "launch_process", launched)
    assert jobs.state(jobs.start("count", {}, KINDS)) == state


def test_a_job_outlives_the_process_that_started_it(tmp_path: Path):
    file = tmp_path / "n"
    code = "from qcmfm import jobs; from tests.jobs.kinds import KINDS; import sys, os; "
    code += "print(jobs.start('count', {'file': sys.argv[1], 'to': 60}, KINDS)); "
    code += "sys.stdout.flush(); os.kill(os.getpid(), 9)"
    starter = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True
    )
    assert starter.returncode == -signal.SIGKILL
    assert ended(starter.stdout.strip()).state == "done"


def test_a_cancelled_job_stops_and_can_be_taken_up_again(tmp_path: Path):
    file = tmp_path / "n"
    job_id = jobs.start("count", {"file": str(file), "to": 200}, KINDS)
    wait(lambda: jobs.find_job(job_id).progress is not None)
    jobs.cancel(job_id)
    assert ended(job_id).state == "cancelled" and int(file.read_text()) < 200
    jobs.cancel(job_id)
    file.write_text("190")
    jobs.resume(job_id, KINDS)
    assert ended(job_id).result == {"counted": 10}


@pytest.mark.slow
def test_a_job_that_hangs_can_be_cancelled(tmp_path: Path):
    given = {"file": str(tmp_path / "n"), "to": 5, "pause": 600}
    job_id = jobs.start("count", given, KINDS)
    wait(lambda: jobs.find_job(job_id).progress is not None)
    jobs.cancel(job_id)
    assert ended(job_id).state == "cancelled"


def test_cancelling_an_interrupted_job_lays_it_to_rest(tmp_path: Path):
    job_id = jobs.start("count", {"file": str(tmp_path / "n"), "to": 500}, KINDS)
    wait(lambda: jobs.find_job(job_id).progress is not None)
    with pytest.raises(JobError, match="still running"):
        jobs.forget(job_id)
    os.kill(process_of(job_id), signal.SIGKILL)
    assert ended(job_id).state == "interrupted"
    jobs.cancel(job_id)
    assert jobs.state(job_id) == "cancelled"


@pytest.mark.parametrize(
    ("trouble", "message", "hint"),
    [("user", "No.", "Yes."), ("bug", "Something went wrong in the program.", "log.txt")],
)
def test_a_failure_is_told_with_what_to_do(tmp_path: Path, trouble: str, message: str, hint: str):
    given = {"file": str(tmp_path / "n"), "to": 6, "trouble": trouble}
    job_id = jobs.start("count", given, KINDS)
    job = ended(job_id)
    assert (job.state, job.message) == ("failed", message) and hint in job.hint
    log = (tmp_path / "home" / "jobs" / job_id / "log.txt").read_text()
    # Where, under the number that the page tells; not its words, which may be a caption.
    assert ("\nValueError\n" in log) == (trouble == "bug") and "ValueError: a bug" not in log
    assert trouble == "user" or job.hint.split("error ")[1].split(")")[0] in log
    jobs.resume(job_id, KINDS)  # it goes on behind the place of trouble
    assert ended(job_id).state == "done"


def test_started_twice_it_is_done_once(tmp_path: Path):
    file = tmp_path / "n"
    job_id = jobs.start("count", {"file": str(file), "to": 40}, KINDS)
    jobs.run_job(job_id, KINDS)
    assert ended(job_id).state == "done"
    told = [event["event"] for event in jobs.events(job_id)]
    assert told.count("started") == told.count("done") == 1


@pytest.mark.parametrize("kind", ["no_such", "../x", "", "count.x"])
def test_an_unknown_kind_is_refused(kind: str, home: Path):
    with pytest.raises(JobError, match="no job of the kind"):
        jobs.start(kind, {}, KINDS)
    assert not (home / "jobs").exists()


@pytest.mark.parametrize("job_id", ["", "..", "x", "20260101T000000000000Z-count-0000"])
def test_an_unknown_job_is_refused(job_id: str):
    for act in (jobs.find_job, jobs.state, jobs.cancel, jobs.forget):
        with pytest.raises(JobError, match="no job"):
            act(job_id)
    for again in (jobs.resume, jobs.run_job):
        with pytest.raises(JobError, match="no job"):
            again(job_id, KINDS)


@pytest.mark.parametrize("kind", ["no_such", "os", "../count", "tests.jobs.kinds.count"])
def test_a_file_names_no_code_to_run(kind: str, tmp_path: Path, home: Path):
    """Whatever a job's file says, only what the program itself knows is done."""
    job_id = jobs.start("count", {"file": str(tmp_path / "n"), "to": 2}, KINDS)
    assert ended(job_id).state == "done"
    folder = home / "jobs" / job_id
    asked = json.loads((folder / "job.json").read_text())
    assert asked["verbs"] == "tests.jobs.kinds"
    (folder / "job.json").write_text(json.dumps(asked | {"kind": kind, "verbs": "subprocess"}))
    event_log.append(folder, "cancelled")
    with pytest.raises(JobError, match="no job of the kind"):
        jobs.resume(job_id, KINDS)
    (folder / "events.jsonl").unlink()
    jobs.run_job(job_id, KINDS)
    job = jobs.find_job(job_id)
    assert job.state == "failed" and "no job of the kind" in job.message


def test_the_package_that_a_file_names_does_not_matter(tmp_path: Path, home: Path):
    job_id = jobs.start("count", {"file": str(tmp_path / "n"), "to": 2}, KINDS)
    assert ended(job_id).state == "done"
    folder = home / "jobs" / job_id
    asked = json.loads((folder / "job.json").read_text())
    (folder / "job.json").write_text(json.dumps(asked | {"verbs": "qcmfm.verbs"}))
    event_log.append(folder, "cancelled")
    jobs.resume(job_id, KINDS)
    assert ended(job_id).state == "done"


@given(cut=st.integers(0, 400))
def test_a_file_of_events_cut_anywhere_is_read(tmp_path_factory: pytest.TempPathFactory, cut: int):
    folder = tmp_path_factory.mktemp("job")
    for number in range(5):
        event_log.append(folder, "progress", stage="é", done=number, total=5, note="")
    file = folder / "events.jsonl"
    file.write_bytes(file.read_bytes()[:cut])
    whole = file.read_bytes().count(b"\n")
    read = list(event_log.read(folder))
    assert whole <= len(read) <= whole + 1
    event_log.append(folder, "done", result={"n": 1})
    assert event_log.last(folder)[0]["result"] == {"n": 1}
    assert len(list(event_log.read(folder))) == len(read) + 1
