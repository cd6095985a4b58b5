"""The app as a visitor meets it: a fresh workspace, real Chromium, the shipped model."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect

from qcmfm import service
from qcmfm.records import read_collection
from qcmfm.ui.settings.guide_text import TASKS, WORDS
from qcmfm.ui.shared.keys import KEYS
from tests.browser.axe import usable
from tests.browser.studio import DESKTOP, PHONE, TABLET, Visit, server

CAPTION = "Jar with a lotus. Late Middle Kingdom. From Egypt, <b>Thebes</b>, $x$ *tomb*"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A pale jar on grey paper."""
    shade = np.linspace(120, 190, 320, dtype=np.uint8)
    image = Image.fromarray(np.repeat(shade[:, None], 240, 1)).convert("RGB")
    ImageDraw.Draw(image).ellipse((60, 90, 180, 280), fill=(214, 190, 150))
    ImageDraw.Draw(image).rectangle((95, 60, 145, 110), fill=(204, 180, 140))
    image.save(tmp_path / "jar.jpg")
    return tmp_path / "jar.jpg"


def test_a_deep_link_opens_on_a_fresh_server(browser: Browser, tmp_path: Path):
    with server(tmp_path) as address:
        visit = Visit(browser, address).open("/classify")
        assert "Drop a photo" in visit.text()
        assert visit.page.get_by_test_id("stSidebarNav").get_by_role("link").count() >= 2
        visit.context.close()


def test_home_says_what_is_here_and_leads_on(visit: Visit):
    text = visit.open().text()
    assert "Quantum parts are simulated on this computer." in text
    assert service.study_sentence() in text
    visit.page.get_by_test_id("stPageLink").get_by_text("Label a photo").click()
    expect(visit.page.get_by_role("heading", name="Classify")).to_be_visible()


def test_home_speaks_chinese_where_the_address_says_so(visit: Visit):
    visit.open("/?lang=zh")
    assert "量子部分在本机上模拟" in visit.text() and "No quantum computer" not in visit.text()
    assert visit.page.get_by_test_id("stSidebarNav").get_by_text("量子线路").count() == 1
    assert visit.page.evaluate("document.documentElement.lang") == "zh-CN"
    visit.screenshot("home-zh")
    visit.go("分类")
    assert "lang=zh-CN" in visit.page.url and "说明文字" in visit.text()
    visit.page.get_by_role("radio", name="English").click()
    visit.idle()
    assert "Drop a photo" in visit.text() and "lang=en" in visit.page.url
    assert visit.page.evaluate("document.documentElement.lang") == "en"


def test_a_photo_and_a_caption_get_a_label(visit: Visit, photo: Path, workspace: Path):
    visit.open("/classify").upload(photo)
    assert "Proposed:" in visit.text()
    visit.type("Caption", CAPTION)
    text = visit.text()
    assert "simulated quantum circuit" in text
    assert text.count("%") >= 3

    before = visit.page.get_by_test_id("stImage").get_by_role("img").get_attribute("alt")
    visit.page.get_by_test_id("stButtonGroup").get_by_text("lotus", exact=True).click()
    visit.idle()
    after = visit.page.get_by_test_id("stImage").get_by_role("img").get_attribute("alt")
    assert before == "The photo jar.jpg"
    assert after is not None and "for the word “lotus” the model looked most at the" in after

    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Download labelled CSV").click()
    (row,) = csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8")))
    assert row["caption"] == CAPTION and row["image"] == "jar.jpg"
    label = visit.page.get_by_role("heading", name="Proposed:").inner_text()
    assert label == f"Proposed: {row['label'].replace('_', ' ')}"

    visit.click("Save")
    assert "1 record" in visit.text()
    collection = read_collection(workspace / "collections" / "uploads")
    assert [r.caption for r in collection.records] == [CAPTION] and not collection.problems


def test_the_built_in_collections_are_there_without_a_question(visit: Visit):
    assert "Look through the collections" in visit.open().text()
    visit.open("/collections?collection=artifacts")  # other tests save one that comes first
    assert "48 records of 48" in visit.text() and "Draw all 600 records" in visit.text()
    photos = visit.page.get_by_test_id("stImage").get_by_role("img")
    assert photos.count() == 12
    assert all(photo.get_attribute("alt") for photo in photos.all())
    first = visit.text()
    visit.page.get_by_test_id("stPaginationPage").get_by_text("2", exact=True).click()
    visit.idle()
    assert visit.text() != first and photos.count() == 12
    visit.page.get_by_label("Words in the caption").fill("no such word")
    visit.page.get_by_label("Words in the caption").press("Enter")
    visit.idle()
    assert "No record fits" in visit.text()


def test_a_record_shows_what_a_model_proposes_and_the_true_place(visit: Visit):
    collection = service.open_collection("textiles")
    regions = service.true_regions(collection.folder)
    record = next(r for r in collection.records if len(regions[r.record_id]) > 2)
    region = next(r for r in regions[record.record_id] if r.names != "object")
    visit.open(f"/collections?collection=textiles&record={record.record_id}")
    text = visit.text()
    assert "Proposed:" in text and f"recorded label: {record.label}" in text
    visit.page.get_by_test_id("stButtonGroup").get_by_text(region.word, exact=True).first.click()
    visit.idle()
    assert "white line is where the thing truly is" in visit.text()
    usable(visit, "collections", both=True)
    visit.screenshot("record")
    visit.click("All records")
    assert "records of 48" in visit.text()


def test_a_link_to_a_record_that_is_not_there_shows_the_others(visit: Visit):
    visit.open("/collections?collection=artifacts&record=%3Cscript%3E")
    assert "48 records of 48" in visit.text()


def test_the_guide_has_the_tasks_of_everybody_the_keys_and_the_words(visit: Visit):
    visit.open("/guide?for=Educator")
    text = usable(visit, "guide", both=True).text()
    assert all(task.title in text for task in TASKS["Educator"]) and "Bring a col" not in text
    assert all(f"{word}." in text for word in WORDS)
    rows = visit.page.get_by_test_id("stTable").get_by_role("row").all_inner_texts()
    told = {tuple(cell.strip() for cell in row.split("\t")) for row in rows}
    assert told == {("Key", "What it does")} | {
        (one.letter, one.does) for keys in KEYS.values() for one in keys.values()
    }
    visit.page.get_by_role("radio", name="Curator").click()
    assert "Bring a collection in" in visit.idle().text() and "for=" not in visit.page.url
    visit.page.get_by_test_id("stMain").get_by_role("link", name="Clean up").click()
    expect(visit.page.get_by_role("heading", name="Clean up")).to_be_visible()


def test_everybody_can_read_study_and_workspace(visit: Visit):
    for page in ("study", "workspace"):
        visit.open(f"/{page}")
        usable(visit, page, both=True)


def test_a_text_file_called_jpg_is_refused_with_a_sentence(visit: Visit, tmp_path: Path):
    fake = tmp_path / "fake.jpg"
    fake.write_text("I am no photo")
    visit.open("/classify").upload(fake)
    text = visit.text()
    assert "fake.jpg is not a photo that can be read." in text
    assert "Give a JPEG, PNG" in text
    assert "Proposed" not in text and "Traceback" not in text


def test_a_bad_file_does_not_stop_the_good_one(visit: Visit, photo: Path, tmp_path: Path):
    fake = tmp_path / "fake.jpg"
    fake.write_text("I am no photo")
    visit.open("/classify").upload(fake, photo)
    text = visit.text()
    assert "fake.jpg is not a photo" in text and text.count("Proposed:") == 1


def test_a_caption_alone_is_enough_and_dots_are_not(visit: Visit):
    visit.open("/classify").type("Caption", "Faience amulet of the god Bes")
    assert "Proposed:" in visit.text()
    visit.type("Caption", "...")
    assert "neither a photo nor a caption with a word" in visit.text()


def test_a_collection_cannot_leave_the_workspace(visit: Visit, photo: Path, workspace: Path):
    visit.open("/classify").upload(photo).type("Save to the collection", "../../outside")
    visit.click("Save")
    assert "cannot be called" in visit.text()
    assert not list(workspace.parent.glob("outside*"))


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (TABLET, True), (PHONE, False)])
def test_pages_fit_the_screen(
    browser: Browser, address: str, photo: Path, size: tuple[int, int], dark: bool
):
    visit = Visit(browser, address, size, dark)
    name = f"{size[0]}-{'dark' if dark else 'light'}"
    usable(visit.open(), "home").screenshot(f"home-{name}")
    visit.open("/collections?collection=artifacts").fits().screenshot(f"collections-{name}")
    visit.open("/classify").screenshot(f"classify-empty-{name}")
    visit.upload(photo).type("Caption", CAPTION).screenshot(f"classify-{name}")
    usable(visit, "classify")
    visit.context.close()
