"""The Import page in real Chromium: drop files, map columns, start, leave, come back, report."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from qcmfm.records import read_collection
from tests.browser.axe import usable
from tests.browser.studio import DESKTOP, TABLET, Screen, Visit

DESKTOP_ALONE = pytest.mark.parametrize("screen", [(DESKTOP, False)], ids=["desktop"])


@pytest.fixture(params=[(DESKTOP, False), (TABLET, True)], ids=["desktop", "tablet-dark"])
def screen(request: pytest.FixtureRequest) -> Screen:
    return request.param


@pytest.fixture
def sources(museum: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A table of eight real records in a museum's own columns, and a ZIP of their photos."""
    with (museum / "records.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row, _ in zip(csv.DictReader(handle), range(8), strict=False)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["Inv. No", "Title", "Findspot", "Stuff", "Picture"])
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for row in rows:
            archive.write(museum / row["image"], f"photos/{Path(row['image']).name}")
            picture = f"D:\\scans\\{Path(row['image']).name}"
            writer.writerow(
                [row["record_id"], row["title"], row["findspot"], row["label"], picture]
            )
    writer.writerow(["LOST_1", "A lost cup", "", "faience", "D:\\scans\\lost.jpg"])
    writer.writerow(["", "", "", "", ""])
    writer.writerow(["EMPTY_1", "", "", "wood", ""])
    (tmp_path / "cups.csv").write_bytes(out.getvalue().encode("utf-8-sig"))
    return tmp_path / "cups.csv", tmp_path / "photos.zip"


def test_a_table_with_its_photos_comes_in_and_its_report_stays(
    visit: Visit, sources: tuple[Path, Path], workspace: Path, request: pytest.FixtureRequest
):
    name = f"cups_{request.node.callspec.id}"
    visit.open("/import").upload(*sources)
    text = visit.text()
    assert "Table (CSV, TSV, Excel)" in text and "between semicolons" in text
    box = visit.page.get_by_role("combobox", name="Label")
    box.click()
    visit.page.get_by_role("option", name="Stuff", exact=True).click()
    visit.idle().type("Name of the collection", name)
    visit.screenshot(f"import-{request.node.callspec.id}")
    visit.click("Import")
    visit.go("Home")  # the work goes on
    visit.go("Import")
    expect(visit.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(visit.page.get_by_role("button", name="Stop")).to_have_count(0)
    report = visit.page.get_by_text("Your file back, with what was wrong").first
    expect(report).to_be_visible()
    visit.idle()
    records = read_collection(workspace / "collections" / name).records
    assert len(records) == 9 and sum(bool(record.image) for record in records) == 8
    assert {record.label for record in records} >= {"faience", "gold_silver"}
    ids = {record.record_id for record in records}
    assert "LOST_1" in ids and "CHI_10006" in ids and "EMPTY_1" not in ids
    usable(visit, "import").screenshot(f"import-report-{request.node.callspec.id}")
    with visit.page.expect_download() as download:
        report.click()
    back = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert back[0].endswith(";error") and "no file" in back[9] and "refused" in back[11]
    visit.page.get_by_role("link", name="Look at the records").first.click()
    text = visit.idle().text()
    assert "9 records of 9" in text and "A lost cup" in text


@DESKTOP_ALONE
def test_a_zip_of_photos_comes_in(visit: Visit, sources: tuple[Path, Path], workspace: Path):
    visit.open("/import").upload(sources[1])
    assert "Folder or ZIP of photos" in visit.text()
    visit.click("Import")
    expect(visit.page.get_by_role("heading", name="photos", exact=True)).to_be_visible()
    expect(visit.page.get_by_role("button", name="Stop")).to_have_count(0)
    assert len(read_collection(workspace / "collections" / "photos").records) == 8
    assert "With a photo" in visit.idle().text()


@DESKTOP_ALONE
def test_what_cannot_be_imported_is_told(visit: Visit, tmp_path: Path):
    (tmp_path / "odd.csv").write_bytes(b"\x00\x01\x02")
    visit.open("/import").upload(tmp_path / "odd.csv")
    assert "nothing that can be imported" in visit.text() and "Traceback" not in visit.text()
    visit.open("/import").type("Or an address", "http://127.0.0.1:9/secret.csv")
    assert "private network" in visit.text()
