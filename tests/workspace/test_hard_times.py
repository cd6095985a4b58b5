"""A disk that is full, a folder that cannot be written, a clock that goes back, two processes."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from qcmfm import jobs, service
from qcmfm.core import storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.core.errors import QcmfmError, ReviewError, StorageError
from qcmfm.core.progress import finish
from qcmfm.importers import import_collection
from qcmfm.records import read_collection
from qcmfm.review.log import ReviewLog, review_file
from qcmfm.runs import adoption
from qcmfm.service import Submission
from qcmfm.service.tasks import TASKS
from qcmfm.workspace import back_up, examine
from tests.benchmarks.kills import Say, forked, heard
from tests.cheap import make_collection
from tests.disk import without_locks
from tests.review.made import correct
from tests.workspace.made import content

ROOT = Path(__file__).resolve().parents[2]


def attempts(home: Path, hard: Callable[[], object]) -> list[str]:
    """What came of each thing that writes, in a process that finds it hard to write.

    Args:
        home: The workspace, with a collection and a decision.
        hard: Makes it hard, in that process alone.
    """
    writes: dict[str, Callable[[], object]] = {
        "decide": lambda: service.OpenReview("vases").decide([correct("v2")], "Ada", ("silver",)),
        "save": lambda: service.save_submission("vases", Submission(b"", "words " * 9000)),
        "adopt": lambda: adoption.adopt(
            "vases", adoption.Adoption("x" * 9000, "Ada", utc_now_ms())
        ),
        "job": lambda: jobs.start(
            "learn", {"collection": "x" * 9000, "parent": "", "out": ""}, TASKS
        ),
        "backup": lambda: finish(back_up(home.parent / "backup.zip")),
        "import": lambda: finish(import_collection(str(home.parent / "new" / "records.csv"), "n")),
    }

    def attempt(say: Say) -> None:
        hard()
        for name, write in writes.items():
            try:
                write()
            except QcmfmError as error:
                say(name, "told", error.message)
            except OSError as error:
                say(name, "told", error.strerror)
            else:
                say(name, "done", "")

    process, reading = forked(attempt)
    said = list(heard(reading))
    os.waitpid(process, 0)
    assert [words[0] for words in said] == list(writes), said
    return [words[1] for words in said]


@pytest.fixture
def workspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(jobs, "launch_process", lambda *_: None)
    make_collection(home / "collections" / "vases", 6)
    make_collection(home.parent / "new", 4)
    service.OpenReview("vases").decide([correct("v1")], "Ada", ("silver",))
    adoption.adopt("vases", adoption.Adoption("first", "Ada", utc_now_ms()))
    return home


def kept(home: Path) -> dict[str, bytes]:
    """What was confirmed: not what is left of attempts, nor the audit log."""
    there = content(home)
    ours = ("collections/vases/", "review/vases.csv", "adopted.json")
    return {name: data for name, data in there.items() if name.startswith(ours)}


def test_where_the_disk_is_full_it_is_told_and_all_is_as_before(workspace: Path):
    before = kept(workspace)
    # No file may grow beyond this, so that each write stops in its middle as on a full disk.
    size = (workspace / "review" / "vases.csv").stat().st_size + 40
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))
    assert set(attempts(workspace, limit)) == {"told"}
    assert kept(workspace) == before
    assert finish(examine()).clean
    assert not (workspace.parent / "backup.zip").exists()
    assert set(attempts(workspace, lambda: None)) == {"done"}  # there is room again
    assert finish(examine()).clean


def test_where_nothing_may_be_written_it_is_told_and_all_is_as_before(
    workspace: Path, tmp_path_factory: pytest.TempPathFactory
):
    before = content(workspace)
    for path in [workspace, *workspace.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)

    def as_somebody_else() -> None:  # root may write anywhere
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)

    base = tmp_path_factory.getbasetemp()
    for outer in (*(path for path in workspace.parents if path.is_relative_to(base)), base.parent):
        outer.chmod(0o755)
    try:
        assert set(attempts(workspace, as_somebody_else)) == {"told"}
        assert content(workspace) == before
    finally:
        for path in [workspace, *workspace.rglob("*")]:
            path.chmod(0o755)


def test_when_the_clock_goes_back_what_is_later_stays_later(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
):
    first = jobs.start("learn", {"collection": "a", "parent": "", "out": ""}, TASKS)

    class Before(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz).replace(year=2001)

    monkeypatch.setattr(jobs, "datetime", Before)
    second = jobs.start("learn", {"collection": "b", "parent": "", "out": ""}, TASKS)
    third = jobs.start("learn", {"collection": "c", "parent": "", "out": ""}, TASKS)
    assert [job.job_id for job in jobs.list_jobs()] == [third, second, first]
    monkeypatch.setattr("qcmfm.review.review.utc_now_ms", lambda: "2001-01-01T00:00:00.000Z")
    review = service.OpenReview("vases")
    review.decide([correct("v1", "jade")], "Ada", ("silver", "jade"))
    assert review.refresh().of("v1").label == "jade"  # the order of the file counts
    review.undo("Ada")
    assert review.refresh().of("v1").label == "silver"
    assert finish(examine()).clean


def test_a_job_that_was_launched_in_the_future_does_not_run_for_ever(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    from qcmfm.jobs import event_log

    def launched(job_id: str, _: jobs.Tasks) -> None:
        event_log.append(home / "jobs" / job_id, "launched")

    monkeypatch.setattr(jobs, "launch_process", launched)
    monkeypatch.setattr(event_log, "utc_now_ms", lambda: "2101-01-01T00:00:00.000Z")
    assert jobs.state(jobs.start("learn", {}, TASKS)) == "interrupted"


def _work(number: int) -> None:
    review = service.OpenReview("vases")
    for turn in range(15):
        service.save_submission("shared", Submission(b"", f"caption {number} {turn}"))
        review.decide([correct(f"w{number}-{turn}")], f"Ada {number}", ("silver",))
        adoption.adopt("vases", adoption.Adoption(f"run-{number}-{turn}", "Ada", utc_now_ms()))


def test_two_processes_on_one_workspace_lose_nothing_of_each_other(workspace: Path):
    workers = [forked(lambda say, number=number: _work(number)) for number in range(2)]
    for process, reading in workers:
        assert list(heard(reading)) == []
        assert os.waitpid(process, 0)[1] == 0
    records = read_collection(workspace / "collections" / "shared").records
    assert len(records) == 30
    log = ReviewLog(review_file("vases"))
    assert len(log.decisions) == 31 and log.damaged == []
    assert len(adoption.adoptions("vases")) == 31
    assert finish(examine()).clean


def test_where_the_disk_has_no_locks_that_is_said_and_not_try_again(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
):
    before = kept(workspace)
    review = service.OpenReview("vases")
    without_locks(monkeypatch)
    writes = (
        lambda: review.decide([correct("v2")], "Ada", ("silver",)),
        lambda: service.save_submission("vases", Submission(b"", "a cup")),
        lambda: adoption.adopt("vases", adoption.Adoption("second", "Ada", utc_now_ms())),
        lambda: jobs.start("learn", {"collection": "a", "parent": "", "out": ""}, TASKS),
        lambda: finish(import_collection(str(workspace.parent / "new" / "records.csv"), "n")),
    )
    for write in writes:
        with pytest.raises(StorageError) as caught:
            write()
        text = str(caught.value)
        assert "has no locks" in text and "QCMFM_HOME" in text and "ry again" not in text
    assert kept(workspace) == before and not list((workspace / "jobs").iterdir())
    assert review.refresh().of("v1").label == "silver"  # what is there can still be looked at
    (fault,) = [found for found in finish(examine()).findings if "has no locks" in found.what]
    assert "QCMFM_HOME" in fault.remedy


def test_who_waits_for_a_lock_that_nobody_gives_up_is_told(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
):
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys, time; from pathlib import Path\n"
         "from qcmfm.core import storage\n"
         "with storage.lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)",
         str(review_file("vases"))], stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert holder.stdout and holder.stdout.readline() == "held\n"
    monkeypatch.setattr("qcmfm.review.writing.WAIT", 0.2)
    with pytest.raises(ReviewError, match="locked"):
        service.OpenReview("vases").decide([correct("v3")], "Ada", ("silver",))
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    service.OpenReview("vases").decide([correct("v3")], "Ada", ("silver",))
    assert issubclass(ReviewError, QcmfmError) and storage.lock(review_file("vases"))
