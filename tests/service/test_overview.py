"""What Home tells: what waits for somebody, and what happened lately."""

from pathlib import Path

from PIL import Image

from qcmfm import service
from qcmfm.core import storage
from qcmfm.jobs import event_log
from qcmfm.records import Collection as Records
from qcmfm.records import Record, write_collection
from qcmfm.review.log import review_file
from qcmfm.review.review import open_review
from tests.review.made import accept, correct


def make_cups(home: Path, count: int = 3) -> None:
    folder = home / "collections" / "cups"
    (folder / "images").mkdir(parents=True)
    for number in range(count):
        Image.new("RGB", (8, 8)).save(folder / "images" / f"{number}.png")
    records = [Record(f"r{number}", f"images/{number}.png", "cup") for number in range(count)]
    write_collection(Records.from_records(folder, records), folder / "records.csv")


def make_job(home: Path, number: int, kind: str, end: str, **arguments: str) -> None:
    folder = home / "jobs" / f"20260101T00000000000{number}Z-{kind}-00aa"
    asked = {"kind": kind, "arguments": arguments, "started_at": "2026-01-01T00:00:00Z"}
    storage.write_json(folder / "job.json", asked)
    event_log.append(folder, end)


def waiting() -> list[tuple[str, str]]:
    return [(need.what, need.page) for need in service.waiting(service.list_collections()[0])]


def test_a_fresh_workspace_waits_for_nobody():
    assert waiting() == [] and service.recent_events() == []


def test_records_wait_until_all_are_decided_on(home: Path):
    make_cups(home)
    assert waiting() == [("3 records of cups to review", "review")]
    review = open_review("cups")
    review.decide([accept("r0"), correct("r1", "jade")], "Ada", ["jade"])
    review.decide([accept("r2")], "Bob")
    assert waiting() == []
    told = [entry.what for entry in service.recent_events()]
    assert told == ["Bob took 1 decision on cups", "Ada took 2 decisions on cups"]
    review.undo("Ada")
    assert waiting() == [("2 records of cups to review", "review")]
    assert [entry.what for entry in service.recent_events()] == ["Bob took 1 decision on cups"]


def test_the_last_job_of_its_kind_is_what_counts(home: Path):
    make_job(home, 1, "learn", "failed", collection="cups", parent="", out="")
    assert waiting() == [("A training of cups failed", "learn")]
    make_job(home, 2, "learn", "done", collection="cups", parent="", out="")
    make_job(home, 3, "import_collection", "cancelled", name="bowls", source="")
    assert waiting() == [("The import of bowls was stopped and can go on", "import")]
    assert [entry.what for entry in service.recent_events()] == ["A training of cups was finished"]


def test_a_log_that_cannot_be_read_is_told_and_hides_nothing_else(home: Path):
    make_cups(home)
    review_file("cups").parent.mkdir(parents=True)
    review_file("cups").write_text("not,a,log\n1,2,3\n")
    collections, errors = service.list_collections()
    assert ["no review log" in error.message for error in errors] == [True]
    assert ("cups", 0) in [(summary.name, summary.reviewed) for summary in collections]
    assert service.recent_events() == []
