"""Every importer there is: it knows its sources, reads them, and does the same thing twice."""

import json
from pathlib import Path

import pytest

from qcmfm import importers, jobs
from qcmfm.core.errors import ImportingError
from qcmfm.core.progress import finish
from qcmfm.encoders.photo import read_photo
from qcmfm.importers import Limits, import_collection, preview
from qcmfm.records import read_collection
from qcmfm.service.tasks import TASKS
from tests.importers import sources
from tests.importers.museum_server import Museum, photo
from tests.jobs.test_jobs import ended


@pytest.fixture(autouse=True)
def api(museum: Museum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QCMFM_MET_API", f"{museum.address}/objects/")
    monkeypatch.setenv("QCMFM_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1")


def test_every_importer_has_a_source_here():
    assert importers.names() == sorted(sources.SOURCES)


@pytest.mark.parametrize("name", importers.names())
def test_its_source_is_recognised_and_imported(
    name: str, tmp_path: Path, museum: Museum, limits: Limits, home: Path
):
    expected = sources.SOURCES[name]
    address = expected.make(tmp_path, museum)
    shown = finish(preview(address, limits=limits))
    assert shown.importer == name and len(shown.items) == 3
    assert importers.title(name)

    report = finish(import_collection(address, "cups", limits=limits))
    assert (report.importer, report.added, report.taken) == (name, 3, 3)
    assert report.photos == expected.photos and not report.refused
    collection = read_collection(home / "collections" / "cups")
    assert not collection.problems and len(collection.records) == 3
    first = collection.records[0]
    assert (first.caption, first.label) == (expected.caption, expected.label)
    for record in collection.records:
        path = collection.image_path(record)
        assert path is None or read_photo(path).size == (96, 96)
    kept = json.loads((home / "collections" / "cups" / "import" / "report.json").read_text())
    assert kept["added"] == 3

    table = (home / "collections" / "cups" / "records.csv").read_bytes()
    asked = museum.asked.total()
    again = finish(import_collection(address, "cups", limits=limits))
    assert (again.added, again.updated, again.unchanged, again.gone) == (0, 0, 3, [])
    assert (home / "collections" / "cups" / "records.csv").read_bytes() == table
    assert museum.asked.total() == asked  # nothing is fetched twice


def test_the_met_says_why_there_is_no_photo(tmp_path: Path, museum: Museum, limits: Limits):
    report = finish(import_collection(sources.met(tmp_path, museum), "met", limits=limits))
    reasons = {problem.record_id: problem.reason for problem in report.notes}
    assert reasons["544003"] == "is not in the public domain: no photo"


def test_a_iiif_object_keeps_what_its_manifest_says(
    tmp_path: Path, museum: Museum, limits: Limits, home: Path
):
    address = sources.iiif(tmp_path, museum)
    columns = importers.Columns(label="Material")
    finish(import_collection(address, "iiif", columns=columns, limits=limits))
    cup, front, back = read_collection(home / "collections" / "iiif").records
    at = museum.address
    assert cup.label == "gold" and (front.label, back.label) == ("clay", "clay")
    assert front.group == back.group == f"{at}/v3" != cup.group
    assert front.caption == "Jug. The front. A jug."
    assert cup.cells["Period"] == "Late | Old" and cup.cells["attribution"] == "The Museum"
    assert cup.cells["rights"].endswith("zero/1.0/") and front.cells["homepage"] == f"{at}/jug"
    # The sizes were asked for through the Image API, and no more than is needed.
    assert museum.asked["/image/a/full/1024,/0/default.jpg"] == 1
    assert museum.asked["/image/b/full/2000,1500/0/default.jpg"] == 1
    assert museum.asked["/image/a/full/full/0/default.jpg"] == 0


def test_without_its_image_service_the_manifests_own_address_is_taken(
    tmp_path: Path, museum: Museum, limits: Limits
):
    sources.iiif(tmp_path, museum)
    del museum.pages["/image/a/info.json"]
    museum.pages["/image/a/full/full/0/default.jpg"] = photo(7)
    museum.pages["/image/b/info.json"] = b"<html>"
    museum.pages["/image/b/full/max/0/default.jpg"] = photo(8)
    report = finish(import_collection(f"{museum.address}/collection", "iiif", limits=limits))
    assert report.photos == 3 and not report.notes


def test_a_manifest_that_is_missing_or_broken_stops_nothing(
    tmp_path: Path, museum: Museum, limits: Limits
):
    address = sources.iiif(tmp_path, museum)
    museum.pages["/v2"] = b'{"@type": "sc:Manifest", "sequences": [{"canvases": ["odd"]}]}'
    report = finish(import_collection(address, "iiif", limits=limits))
    assert report.taken == 2 and "not built as it should" in report.refused[0].reason
    del museum.pages["/v2"]
    report = finish(import_collection(address, "other", limits=limits))
    assert report.taken == 2


@pytest.mark.parametrize("content", [b"", b"{}", b'{"a": 1', b"<html></html>", b"\x89PNG\r\n"])
def test_what_cannot_be_imported_is_told_and_leaves_nothing(
    tmp_path: Path, content: bytes, home: Path
):
    (tmp_path / "odd.bin").write_bytes(content)
    with pytest.raises(ImportingError):
        finish(import_collection(str(tmp_path / "odd.bin"), "odd"))
    for nothing in (str(tmp_path / "missing"), "~~nobody~~", "a\0b", "x" * 5_000):
        with pytest.raises(ImportingError, match="nothing at") as caught:
            finish(import_collection(nothing, "odd"))
        assert len(caught.value.message) < 300
    assert not (home / "collections" / "odd").exists()


def test_a_job_imports(tmp_path: Path, museum: Museum, home: Path):
    given = {"source": sources.cleveland(tmp_path, museum), "name": "cma"}
    job = ended(jobs.start("import_collection", given, TASKS))
    assert job.state == "done" and job.result["taken"] == 3 and job.result["notes"] == 1
