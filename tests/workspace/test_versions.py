"""An older workspace is brought up to date whatever happens meanwhile, a later one refused."""

import errno
import importlib
import json
import os
import pkgutil
import shutil
import signal
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from qcmfm import cli, jobs, service, workspace
from qcmfm.access import Role, read_audit, read_policy
from qcmfm.core import settings
from qcmfm.core.errors import WorkspaceError
from qcmfm.core.progress import finish
from qcmfm.inference.prediction_cache import predictions_file
from qcmfm.lab.saved_noise import open_setting, saved_names
from qcmfm.records import read_collection
from qcmfm.review.log import ReviewLog, review_file
from qcmfm.runs.adoption import adoptions
from qcmfm.runs.run import read_run
from qcmfm.service.tasks import TASKS
from qcmfm.workspace import examine, migrations, open_workspace, repair, restore, version_of
from tests.jobs.test_jobs import ended
from tests.workspace import steps
from tests.workspace.made import content

STEPS = steps.__name__
FILE = "workspace.json"
OLD = sorted(Path(__file__).parent.glob("version_[0-9].zip"))
"""Workspaces as they were at each version, the first before any said its own: the work of
`made.make_workspace`, then. From version 1 on with an unfinished job, and with a backup beside."""
BACKUPS = sorted(Path(__file__).parent.glob("version_[0-9]_backup.zip"))


@pytest.fixture
def old(home: Path) -> Path:
    """Files that the tests' own steps change."""
    for number in range(3):
        file = home / "noise" / f"n{number}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"strength": number / 4}))
        file = home / "lists" / f"l{number}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"* {number}\n")
    return home


def write_version(home: Path, version: int) -> None:
    (home / FILE).write_text(json.dumps({"version": version}))


def steps_of(package: str) -> list[int]:
    """The versions that the files of a package lead to."""
    modules = pkgutil.iter_modules(importlib.import_module(package).__path__)
    return sorted(int(module.name.partition("_")[0].removeprefix("v")) for module in modules)


def kept(home: Path) -> dict[str, bytes]:
    """The workspace without its backups, halves of files, and when its version was written."""
    return {
        name: data
        for name, data in content(home).items()
        if name != FILE and not name.startswith("backups/") and not name.endswith(".tmp")
    }


def test_every_version_has_one_step():
    for package in (migrations.__name__, STEPS):
        assert steps_of(package) == list(range(1, workspace.newest(package) + 1))
    assert workspace.newest() == len(steps_of(migrations.__name__)) >= 1


@pytest.mark.parametrize("file", OLD, ids=lambda file: file.stem)
def test_a_workspace_of_an_earlier_version_opens_with_all_that_is_in_it(home: Path, file: Path):
    with zipfile.ZipFile(file) as archive:
        archive.extractall(home)
    before, version = content(home), int(file.stem.removeprefix("version_"))
    assert (FILE in before) == (version > 0) and version_of(home) == version
    opened = finish(open_workspace())
    assert (opened.before, opened.now, opened.backup) == (version, workspace.newest(), None)
    before.pop(FILE, None)
    assert before.items() <= content(home).items()
    everything_is_there(home)
    states = [job.state for job in jobs.list_jobs()]
    assert states == (["interrupted"] if version else [])


def everything_is_there(home: Path) -> None:
    """All that people make in the workspace of `made.make_workspace` can be used."""
    found = finish(examine())
    assert found.clean and found.version == workspace.newest()
    assert len(read_collection(home / "collections" / "vases").records) == 30
    assert len(ReviewLog(review_file("vases")).decisions) == 5
    assert read_run(home / "runs" / "vases-1").name == "vases-1"
    assert adoptions("vases")[-1].run == "vases-1"
    assert saved_names() == ["ours"] and open_setting("ours").name == "ours"
    # Their photos' times are those of the unpacking, so that these predictions are stale.
    assert len(pq.read_table(predictions_file("vases", "vases-1"))) == 30
    assert {entry["who"] for entry in read_audit()[0]} == {"ada@museum.example"}
    assert read_policy().people == {"ada@museum.example": Role.ADMIN}


@pytest.mark.parametrize("file", BACKUPS, ids=lambda file: file.stem)
def test_a_backup_of_an_earlier_version_brings_all_that_is_in_it(home: Path, file: Path):
    finish(restore(file))
    assert version_of(home) == workspace.newest()
    with zipfile.ZipFile(file) as archive:
        names = {*archive.namelist()} - {"backup.json", FILE}
        assert {name: archive.read(name) for name in names}.items() <= content(home).items()
    everything_is_there(home)


@pytest.mark.slow
def test_an_unfinished_job_of_an_earlier_version_is_resumed(home: Path):
    with zipfile.ZipFile(OLD[1]) as archive:
        archive.extractall(home)
    finish(open_workspace())
    (job,) = service.list_jobs()
    assert (job.kind, job.state) == ("make_catalog", "interrupted")
    asked = json.loads((home / "jobs" / job.job_id / "job.json").read_text())
    assert asked["verbs"] == "qcmfm.verbs"  # a package that is no more
    service.resume_job(job.job_id)
    again = ended(job.job_id)
    assert again.state == "done" and again.result["records"] == 30, again
    assert service.catalogued_collections() == ["vases"]


def test_done_again_no_step_changes_anything(home: Path, old: Path, tmp_path: Path):
    for package in (migrations.__name__, STEPS):
        (home / FILE).unlink(missing_ok=True)
        finish(open_workspace(package=package))
        once = kept(home)
        (home / FILE).unlink()
        finish(open_workspace(package=package))
        assert kept(home) == once


def test_steps_that_change_files_come_after_a_backup(old: Path):
    before = kept(old)
    opened = finish(open_workspace(package=STEPS))
    assert (opened.before, opened.now) == (0, 3) and opened.backup is not None
    assert json.loads((old / "noise" / "n1.json").read_text()) == {"percent": 25.0}
    assert sorted(path.name for path in (old / "lists").iterdir()) == ["l0.md", "l1.md", "l2.md"]
    with zipfile.ZipFile(opened.backup) as archive:
        names = set(archive.namelist()) - {"backup.json", FILE}
        assert {name: archive.read(name) for name in names} == before
    assert finish(open_workspace(package=STEPS)).backup is None
    assert len(list((old / "backups").iterdir())) == 1


def killed_at(moment: int) -> bool:
    """Open the workspace in a process that is killed right before its n-th rename."""
    child = os.fork()
    if child == 0:
        counted, rename = [0], Path.replace

        def replace(self: Path, target: Path) -> Path:
            counted[0] += 1
            if counted[0] == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return rename(self, target)

        Path.replace = replace  # pyright: ignore[reportAttributeAccessIssue]
        try:
            finish(open_workspace(package=STEPS))
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_killed_between_any_two_writes_it_opens_again(old: Path, tmp_path: Path):
    start, whole = tmp_path / "start", tmp_path / "whole"
    shutil.copytree(old, start)
    shutil.copytree(old, whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QCMFM_HOME", str(whole))
        finish(open_workspace(package=STEPS))
    moment, versions = 0, set[int]()
    while True:
        moment += 1
        shutil.rmtree(old)
        shutil.copytree(start, old)
        if not killed_at(moment):
            break
        versions.add(version_of(old))
        opened = finish(open_workspace(package=STEPS))
        assert opened.now == 3 and kept(old) == kept(whole)
        first = sorted((old / "backups").glob("before-version-2-*.zip"))[0]
        with zipfile.ZipFile(first) as archive:  # of what was there, not of a half
            data = {n: archive.read(n) for n in archive.namelist() if n.startswith("noise")}
        assert data == {n: d for n, d in kept(start).items() if n.startswith("noise")}
    # version file x 3, backup, three noise files, three lists
    assert moment == 11 and versions == {0, 1, 2}


def test_a_later_workspace_is_refused_and_left_alone(home: Path):
    (home / "noise").mkdir()
    write_version(home, 99)
    before = content(home)
    with pytest.raises(WorkspaceError, match="version 99, and this program knows none") as refused:
        finish(open_workspace(create=True))
    assert "Update the program" in refused.value.hint
    said = CliRunner().invoke(cli.app, ["catalog", "--collection", "vases"])
    assert isinstance(said.exception, WorkspaceError)
    told = CliRunner().invoke(cli.app, ["doctor"])
    assert told.exit_code == 1 and "version 99" in told.stdout and "Update" in told.stdout
    assert {n: d for n, d in content(home).items() if n != "audit.jsonl"} == before


@pytest.mark.parametrize(
    "damage", ["", "{", "3", "[]", '{"version": "1"}', '{"version": -1}', '{"version": true}', "\0"]
)
def test_a_damaged_version_is_told_and_can_be_mended(damage: str, home: Path):
    (home / "noise").mkdir()
    (home / FILE).write_text(damage)
    with pytest.raises(WorkspaceError, match="does not say which version") as told:
        finish(open_workspace())
    assert "doctor --repair" in told.value.hint
    assert [finding.path for finding in finish(repair()).repaired] == [FILE]
    assert finish(open_workspace()).now == workspace.newest()


def test_nothing_is_made_where_nothing_is_kept(home: Path):
    assert finish(open_workspace()).now == 0 and list(home.iterdir()) == []
    home.rmdir()
    assert finish(open_workspace()).now == 0 and not home.exists()
    assert finish(open_workspace(create=True)).now == workspace.newest() == version_of(home)


def test_what_a_command_begins_is_of_the_programs_version(home: Path, tmp_path: Path):
    run = CliRunner().invoke
    assert run(cli.app, ["circuit", "--help"]).exit_code == 0 and list(home.iterdir()) == []
    assert run(cli.app, ["circuit", "--no-such-option"]).exit_code == 2
    assert list(home.iterdir()) == []
    kept = run(cli.app, ["catalog", "--collection", "nobody's"])  # the audit log is kept
    assert kept.exit_code and version_of(home) == workspace.newest()


def test_a_running_job_is_not_disturbed(old: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "launch_process", lambda *_: None)
    job_id = jobs.start("learn", {}, TASKS)
    monkeypatch.setattr(jobs.event_log, "is_alive", lambda folder: True)
    before = kept(old)
    with pytest.raises(WorkspaceError, match="a job is running"):
        finish(open_workspace(package=STEPS))
    assert jobs.find_job(job_id).state == "running" and kept(old) == before
    assert finish(open_workspace()).now == workspace.newest()  # a step that changes nothing


def test_without_room_for_the_backup_nothing_is_changed(old: Path, monkeypatch: pytest.MonkeyPatch):
    used = shutil.disk_usage(old)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: used._replace(free=3))
    before = kept(old)
    with pytest.raises(WorkspaceError, match="0 MB are free"):
        finish(open_workspace(package=STEPS))
    assert kept(old) == before


def test_what_cannot_be_written_is_opened_where_it_is_right_as_it_is(
    old: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("qcmfm.core.storage.write_json", full)
    assert finish(open_workspace()).now == 0
    with pytest.raises(WorkspaceError, match="cannot be brought up to date: No space left"):
        finish(open_workspace(package=STEPS))


def test_a_backup_brings_its_own_version(old: Path, home: Path, tmp_path: Path):
    first = tmp_path / "first.zip"
    finish(workspace.back_up(first))  # of version 0
    finish(open_workspace())
    finish(restore(first, replace=True))
    assert version_of(home) == workspace.newest()
    write_version(home, 99)
    later = tmp_path / "later.zip"
    finish(workspace.back_up(later))
    shutil.rmtree(home)
    finish(open_workspace(create=True))
    before = content(home)
    with pytest.raises(WorkspaceError, match="version 99"):
        finish(restore(later))  # into a workspace that holds nothing but its version
    assert content(home) == before
    finish(restore(first))
    assert kept(home)["noise/n1.json"] == b'{"strength": 0.25}'


@pytest.mark.parametrize("place", ["collections/vases/backup.zip", "backup.zip", "x/y.zip"])
def test_a_backup_is_not_put_among_what_it_copies(place: str, old: Path, home: Path):
    (home / "collections" / "vases").mkdir(parents=True)
    with pytest.raises(WorkspaceError, match="in the workspace itself") as refused:
        finish(workspace.back_up(home / place))
    assert str(settings.home() / "backups") in refused.value.hint
    assert not (home / place).exists() and not (home / "x").exists()
    said = CliRunner().invoke(cli.app, ["backup", str(home / place)])
    assert isinstance(said.exception, WorkspaceError)
    assert finish(workspace.back_up(home / "backups" / "mine.zip")).files == 7  # and the audit log
