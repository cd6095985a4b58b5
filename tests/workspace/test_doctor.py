"""A workspace is examined part by part, and mended where nothing is lost by it."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qcmfm import cli, jobs
from qcmfm.core import settings
from qcmfm.core.progress import finish
from qcmfm.review.choice import Choice
from qcmfm.review.log import ReviewLog, review_file
from qcmfm.review.review import Review
from qcmfm.service.tasks import TASKS
from qcmfm.workspace import FAULT, examine, newest, open_workspace, repair
from tests.workspace.made import content, make_workspace

OLD = 40 * 24 * 3600.0


def cut(file: Path, off: int = 9) -> None:
    file.write_bytes(file.read_bytes()[:-off])


def age(path: Path) -> None:
    then = time.time() - OLD
    os.utime(path, (then, then))


def first(home: Path, pattern: str) -> Path:
    return sorted(path for path in home.glob(pattern) if not path.name.startswith("."))[0]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace that is made once; each test has a copy."""
    import shutil

    home = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QCMFM_HOME", str(home))
        make_workspace(home)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def workspace(whole: Path, home: Path) -> Path:
    import shutil

    shutil.copytree(whole, home, dirs_exist_ok=True)
    return home


def test_what_is_no_folder_or_cannot_be_read_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "file"
    file.write_text("x")
    for home, barred in ((file, "is a file"), (tmp_path, "cannot be read: Permission denied")):
        monkeypatch.setenv("QCMFM_HOME", str(home))
        monkeypatch.setattr(os, "access", lambda *_: False)
        (fault,) = finish(examine()).findings
        assert fault.level == FAULT and barred in fault.what and "QCMFM_HOME" in fault.remedy


def test_a_workspace_that_is_whole_is_clean_and_left_as_it_is(workspace: Path):
    before = content(workspace)
    found = finish(examine())
    assert found.clean and found.findings == []
    assert finish(repair()).repaired == []
    assert content(workspace) == before


def test_an_empty_workspace_is_clean(home: Path):
    assert finish(examine()).findings == []
    home.rmdir()
    assert finish(examine()).clean and not home.exists()


def tear_log(home: Path) -> None:
    cut(home / "review" / "vases.csv")


def spoil_row(home: Path) -> None:
    file = home / "review" / "vases.csv"
    file.write_bytes(file.read_bytes().replace(b",correct,", b",perhaps,", 1))


def save_as_utf_16(home: Path) -> None:
    file = home / "review" / "vases.csv"
    file.write_bytes(file.read_bytes().decode().encode("utf-16"))


def alter_record_id(home: Path) -> None:
    file = home / "review" / "vases.csv"
    rows = file.read_bytes().split(b"\r\n")
    rows[-2] = rows[-2].replace(b",r4,", b",R 4,")
    file.write_bytes(b"\r\n".join(rows))


def repeat_row(home: Path) -> None:
    file = home / "review" / "vases.csv"
    file.write_bytes(file.read_bytes() + file.read_bytes().split(b"\r\n", 1)[1])


def lose_photo(home: Path) -> None:
    first(home, "collections/vases/images/*.png").unlink()


def spoil_table(home: Path) -> None:
    (home / "collections" / "vases" / "records.csv").write_bytes(b"")


def alter_weights(home: Path) -> None:
    file = home / "runs" / "vases-1" / "weights.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\x07")


def lose_lexicon(home: Path) -> None:
    (home / "runs" / "vases-1" / "lexicon.json").unlink()


def tear_shard(home: Path) -> None:
    cut(first(home, "features/*/*/*.safetensors"))


def tear_predictions(home: Path) -> None:
    cut(first(home, "predictions/vases/*.parquet"))


def tear_adoptions(home: Path) -> None:
    cut(home / "adopted.json")


def spoil_roles(home: Path) -> None:
    (home / "access.json").write_text("{")


def spoil_noise(home: Path) -> None:
    (home / "noise" / "ours.json").write_text("{")


def spoil_job(home: Path) -> None:
    folder = home / "jobs" / "20260101T000000000000Z-learn-abcd"
    folder.mkdir(parents=True)
    (folder / "job.json").write_text("{")
    age(folder)


def spoil_catalog(home: Path) -> None:
    (home / "catalog" / "cards.lance").mkdir(parents=True)
    (home / "catalog" / "cards.lance" / "_versions").mkdir()


BROKEN: list[tuple[Callable[[Path], None], str, bool]] = [
    (tear_log, "review/vases.csv", True),
    (spoil_row, "review/vases.csv", False),
    (save_as_utf_16, "review/vases.csv", True),
    (alter_record_id, "review/vases.csv", False),
    (repeat_row, "review/vases.csv", False),
    (lose_photo, "collections/vases", False),
    (spoil_table, "collections/vases", False),
    (alter_weights, "runs/vases-1", False),
    (lose_lexicon, "runs/vases-1", False),
    (tear_shard, "features/", True),
    (tear_predictions, "predictions/vases/", True),
    (tear_adoptions, "adopted.json", False),
    (spoil_roles, "access.json", False),
    (spoil_noise, "noise/ours.json", False),
    (spoil_job, "jobs/", True),
    (spoil_catalog, "catalog", True),
]


IDS = [spoil.__name__ for spoil, _, _ in BROKEN]


@pytest.mark.parametrize(("spoil", "path", "mendable"), BROKEN, ids=IDS)
def test_what_is_broken_is_found_and_mended_where_it_can_be(
    spoil: Callable[[Path], None], path: str, mendable: bool, workspace: Path
):
    spoil(workspace)
    found = finish(examine())
    (fault,) = found.faults
    assert fault.path.startswith(path) and fault.what.endswith(".")
    assert (fault.act is not None) == mendable
    after = finish(repair())
    assert after.clean == mendable
    assert [f.path for f in after.repaired] == ([fault.path] if mendable else [])


def test_mending_a_log_loses_no_whole_decision(workspace: Path):
    tear_log(workspace)
    finish(repair())
    log = ReviewLog(review_file("vases"))
    assert len(log.decisions) == 4 and log.damaged == [] and len(log.torn_files()) == 1
    (note,) = finish(examine()).findings
    assert note.level != FAULT and "torn" in note.path


def test_a_log_that_another_program_saved_is_converted_and_the_original_stays(workspace: Path):
    file = review_file("vases")
    before, decisions = file.read_bytes(), ReviewLog(file).decisions
    save_as_utf_16(workspace)
    (fault,) = finish(examine()).faults
    assert "UTF-16" in fault.what and "keeps the original" in fault.remedy
    assert finish(repair()).clean
    assert file.read_bytes() == before and ReviewLog(file).decisions == decisions
    (original,) = file.parent.glob("vases.csv.original-*")
    assert original.read_bytes() == before.decode().encode("utf-16")


@pytest.mark.parametrize(
    ("old", "new", "what"), [(b"\r\n", b"\r", "carriage return"), (b"\r\n", b"", "no line end")]
)
def test_line_ends_that_others_wrote_are_noted_and_repaired(
    workspace: Path, old: bytes, new: bytes, what: str
):
    file = review_file("vases")
    before = file.read_bytes()
    file.write_bytes(before.replace(old, new) if new else before.removesuffix(old))
    (note,) = finish(examine()).findings
    assert note.level != FAULT and what in note.what
    finish(repair())
    assert file.read_bytes() == before and finish(examine()).findings == []


def test_rows_in_another_order_are_noted(workspace: Path):
    review = Review(review_file("vases"))
    (old,) = review.decide([Choice("r1", "unsure")], "Ada")
    rows = review_file("vases").read_bytes().split(b"\r\n")
    review_file("vases").write_bytes(b"\r\n".join([rows[0], *rows[-2:0:-1], b""]))
    (note,) = finish(examine()).findings
    assert note.level != FAULT and "order in which they were made" in note.what
    assert Review(review_file("vases")).refresh().of("r1").decision_id == old.decision_id


def test_what_a_kill_left_goes_once_it_is_nobodys(workspace: Path):
    half = workspace / "collections" / "vases" / ".records.csv.0123abcd.tmp"
    photo = half.with_name(".0123abcd.part")
    upload = workspace / "uploads" / "ada" / "0123456789abcdef"
    unpacked = workspace / "cache" / "unpacked" / "x"
    for folder in (upload, unpacked):
        folder.mkdir(parents=True)
    half.write_bytes(b"x")
    photo.write_bytes(b"x")
    assert finish(examine()).findings == []  # somebody may be at work
    for path in (half, photo, upload, unpacked):
        age(path)
    assert len(finish(repair()).repaired) == 4
    assert (
        not half.exists() and not photo.exists() and not upload.exists() and not unpacked.exists()
    )


def test_a_clock_that_goes_back_makes_nothing_old(workspace: Path):
    half = workspace / ".adopted.json.0123abcd.tmp"
    half.write_bytes(b"x")
    future = time.time() + OLD
    os.utime(half, (future, future))
    assert finish(repair()).repaired == [] and half.exists()


def test_an_interrupted_job_is_told_of(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "launch_process", lambda *_: None)
    jobs.start("learn", {"collection": "vases", "parent": "", "out": ""}, TASKS)
    (note,) = finish(examine()).findings
    assert "interrupted" in note.what and note.level != FAULT


def test_every_part_that_is_kept_is_examined():
    parts = [event.note for event in examine() if event.done < event.total]
    assert parts == [
        "access", "catalog", "collections", "features", "folder", "fonts", "jobs", "noise",
        "predictions", "review logs", "runs", "uploads", "version",
    ]  # fmt: skip


def test_the_command_says_it_in_words_and_in_json(workspace: Path):
    run = CliRunner().invoke
    old = f"{settings.home()} (version 0; opened, it becomes {newest()}): Nothing is wrong.\n"
    assert run(cli.app, ["doctor"]).stdout == old
    finish(open_workspace())
    now = f"{settings.home()} (version {newest()}): Nothing is wrong.\n"
    assert run(cli.app, ["doctor"]).stdout == now
    tear_shard(workspace)
    found = run(cli.app, ["doctor"])
    assert found.exit_code == 1 and "1 fault." in found.stdout and "--repair" in found.stdout
    told = json.loads(run(cli.app, ["doctor", "--json"]).stdout)
    assert told["clean"] is False and told["findings"][0]["can_be_mended"] is True
    mended = run(cli.app, ["doctor", "--repair", "--json"])
    assert mended.exit_code == 0 and len(json.loads(mended.stdout)["mended"]) == 1
