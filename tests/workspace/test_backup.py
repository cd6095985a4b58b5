"""A backup holds what cannot be made again, and is put back whole or not at all."""

import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from qcmfm import cli, workspace
from qcmfm.core.errors import WorkspaceError
from qcmfm.core.progress import finish
from qcmfm.workspace import back_up, examine, finish_restore, restore, unfinished
from tests.workspace.made import content, make_workspace


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a workspace with something of everything."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QCMFM_HOME", str(home))
        make_workspace(home)
        finish(workspace.open_workspace())
        file = tmp_path_factory.mktemp("safe") / "backup.zip"
        made = finish(back_up(file))
    assert made.left_out == ["features"] and made.files > 30
    (file.parent / "content.json").write_text(
        json.dumps({name: data.hex() for name, data in content(home).items()})
    )
    return file


def kept(backup: Path) -> dict[str, bytes]:
    """What the workspace held when it was copied, without what can be made again."""
    content = json.loads((backup.parent / "content.json").read_text())
    return {n: bytes.fromhex(d) for n, d in content.items() if not n.startswith("features/")}


def test_what_is_put_back_is_what_was_copied(backup: Path, home: Path):
    said = finish(restore(backup))
    assert said == {"files": len(kept(backup)), "before": ""}
    assert content(home) == kept(backup)
    assert finish(examine()).clean


def test_secrets_are_in_no_backup_and_stay_when_one_is_put_back(
    backup: Path, home: Path, tmp_path: Path
):
    finish(restore(backup))
    (home / "secrets.toml").write_text("[auth]")
    finish(back_up(tmp_path / "again.zip"))
    with zipfile.ZipFile(tmp_path / "again.zip") as archive:
        assert "secrets.toml" not in archive.namelist() and len(archive.namelist()) > 30
    finish(restore(tmp_path / "again.zip", replace=True))
    assert (home / "secrets.toml").read_text() == "[auth]"


def test_what_was_there_is_kept_aside(backup: Path, home: Path):
    (home / "review").mkdir()
    (home / "review" / "other.csv").write_text("mine")
    (home / "catalog").mkdir()
    (home / "features").mkdir()
    (home / "features" / "x").write_text("dear")
    with pytest.raises(WorkspaceError, match="--replace"):
        finish(restore(backup))
    said = finish(restore(backup, replace=True))
    before = home / said["before"]
    assert (before / "review" / "other.csv").read_text() == "mine" and (before / "catalog").is_dir()
    assert (home / "features" / "x").read_text() == "dear"  # known by content, so never wrong
    assert not (home / "review" / "other.csv").exists()
    with_before = finish(back_up(home.parent / "second.zip"))
    assert with_before.files == len(kept(backup))


def test_a_kill_between_any_two_renames_is_finished_later(
    backup: Path, home: Path, monkeypatch: pytest.MonkeyPatch
):
    """Killed once at each rename, from the first to the last."""
    rename, left, kills = Path.rename, [0], 0

    class Killed(BaseException):
        pass

    def counted(self: Path, target: Path) -> Path:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return rename(self, target)

    while True:
        shutil.rmtree(home)
        home.mkdir()
        (home / "review").mkdir()
        (home / "review" / "other.csv").write_text("mine")
        (home / "jobs").mkdir()
        left[0] = kills
        monkeypatch.setattr(Path, "rename", counted)
        try:
            finish(restore(backup, replace=True))
        except Killed:
            pass
        else:
            break
        finally:
            monkeypatch.undo()
            monkeypatch.setenv("QCMFM_HOME", str(home))
        kills += 1
        assert len(unfinished(home)) == 1
        assert not finish(examine()).clean
        with pytest.raises(WorkspaceError, match="half put back"):
            finish(restore(backup, replace=True))
        assert finish(workspace.repair()).clean and unfinished(home) == []
        there = content(home)
        aside = [name for name in there if name.startswith("before-")]
        assert [name.partition("/")[2] for name in aside] == ["review/other.csv"]
        assert {n: d for n, d in there.items() if n not in aside} == kept(backup)
    assert kills > 8


def test_a_kill_before_that_changes_nothing(backup: Path, home: Path):
    work = restore(backup)
    for _ in range(9):
        next(work)
    del work  # the generator's own tidying does not run where the process is killed
    assert [path for path in home.iterdir() if path.name[0] != "."] == []
    assert finish_restore(home) is None and finish(examine()).clean


def rewritten(backup: Path, into: Path, change: Callable[[dict[str, Any], zipfile.ZipFile], None],
              skip: str = "") -> Path:  # fmt: skip
    """A copy of a backup with something changed in its list, and something added."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(into, "w") as new:
        manifest = json.loads(old.read("backup.json"))
        for info in old.infolist():
            if info.filename not in ("backup.json", skip):
                new.writestr(info, old.read(info))
        change(manifest, new)
        new.writestr("backup.json", json.dumps(manifest))
    return into


def add(name: str, data: bytes = b"x", mode: int = 0) -> Callable[..., None]:
    def change(manifest: dict[str, Any], archive: zipfile.ZipFile) -> None:
        import hashlib

        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, data)
        manifest["files"][name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    return change


def listed(**changes: Any) -> Callable[..., None]:
    def change(manifest: dict[str, Any], _: zipfile.ZipFile) -> None:
        manifest.update(changes)

    return change


def of_first(**changes: Any) -> Callable[..., None]:
    def change(manifest: dict[str, Any], _: zipfile.ZipFile) -> None:
        next(iter(manifest["files"].values())).update(changes)

    return change


@pytest.mark.parametrize(
    "change",
    [
        add("../outside"), add("/etc/outside"), add("a/../../outside"), add("a\\..\\outside"),
        add("C:outside"), add("runs/./x"), add("runs//x"), add(".restore-x/READY"),
        add("collections/.records.csv.lock"), add("before-x/y"), add("runs/x\n"), add("folder/"),
        add("runs/link", b"/etc/passwd", stat.S_IFLNK | 0o777), add("runs/pipe", b"", stat.S_IFIFO),
        add("REVIEW/VASES.csv"), of_first(sha256="0" * 64), of_first(size=3), of_first(size=-1),
        of_first(size="3"), listed(files={}), listed(files=3), listed(format=99),
        lambda manifest, _: manifest.pop("files"), lambda manifest, _: manifest["files"].popitem(),
        lambda manifest, archive: archive.writestr("runs/unlisted", b"x"),
    ],
)  # fmt: skip
def test_a_backup_that_is_not_as_it_was_made_is_refused_and_nothing_changed(
    change: Callable[..., None], backup: Path, home: Path, tmp_path: Path
):
    (home / "mine").write_text("x")
    bad = rewritten(backup, tmp_path / "bad.zip", change)
    around = content(tmp_path)
    with pytest.raises(WorkspaceError) as refused:
        finish(restore(bad, replace=True))
    assert refused.value.message.endswith(".") and refused.value.hint
    assert content(tmp_path) == around and (home / "mine").read_text() == "x"


def test_no_backup_at_all_is_refused(backup: Path, home: Path, tmp_path: Path):
    cut = tmp_path / "cut.zip"
    cut.write_bytes(backup.read_bytes()[:-2000])
    text = tmp_path / "text.zip"
    text.write_text("no ZIP")
    for file in (cut, text, tmp_path / "none.zip"):
        with pytest.raises(WorkspaceError):
            finish(restore(file))
    assert list(home.iterdir()) == []


def test_a_backup_is_not_overwritten_nor_made_of_nothing(backup: Path, home: Path, tmp_path: Path):
    with pytest.raises(WorkspaceError, match="there already"):
        finish(back_up(backup))
    with pytest.raises(WorkspaceError, match="nothing"):
        finish(back_up(tmp_path / "x.zip"))
    assert not (tmp_path / "x.zip").exists()


def test_where_it_cannot_be_written_the_file_is_named_that_was_asked_for(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (home / "noise").mkdir()
    (home / "noise" / "a.json").write_text("{}")
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(WorkspaceError, match=r"file/backup\.zip cannot be written: "):
        finish(back_up(file / "backup.zip"))
    monkeypatch.setenv("QCMFM_HOME", str(file))
    with pytest.raises(WorkspaceError, match="is a file, not a folder"):
        finish(restore(tmp_path / "none.zip"))


def test_the_commands(backup: Path, home: Path, tmp_path: Path):
    run = CliRunner().invoke
    said = run(cli.app, ["restore", str(backup)])
    assert said.exit_code == 0 and "files restored" in said.stdout
    made = run(cli.app, ["backup", str(tmp_path / "again.zip"), "--json"])
    # the restoring itself was written into the audit log that was put back
    assert json.loads(made.stdout)["files"] == len(kept(backup))
