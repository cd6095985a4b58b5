"""Search and Map in real Chromium: make the catalog, search, narrow, more like this, lasso."""

import csv
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import usable
from tests.browser.studio import DESKTOP, SCREENSHOTS, TABLET, Screen, Visit, server
from tests.conftest import shared_collection

RECORDS = 72


@pytest.fixture(scope="module")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on some real records; every eighth has lost its caption."""
    home = tmp_path_factory.mktemp("home")
    folder, source = home / "collections" / "egypt", shared_collection("museum_materials")
    (folder / "images").mkdir(parents=True)
    with (source / "records.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    chosen = rows[:: len(rows) // RECORDS][:RECORDS]
    for number, row in enumerate(chosen):
        (folder / row["image"]).write_bytes((source / row["image"]).read_bytes())
        if number % 8 == 7:
            row |= {"caption": "", "caption_masked": "", "title": "", "object_name": ""}
    with (folder / "records.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(chosen)
    with server(home, forked=True) as found:
        visit_first(browser, found)
        yield found


def visit_first(browser: Browser, address: str) -> None:
    """Make the catalog and a map by the pages' own buttons."""
    visit = Visit(browser, address).open("/search?collection=egypt")
    visit.click(f"Make {RECORDS} records searchable")
    expect(visit.page.get_by_label("Words", exact=True)).to_be_visible(timeout=600_000)
    visit.open("/map?collection=egypt").click("Lay out the map")
    expect(visit.page.locator(".js-plotly-plot")).to_be_visible(timeout=300_000)
    visit.context.close()


DESKTOP_ALONE = pytest.mark.parametrize("screen", [(DESKTOP, False)], ids=["desktop"])


@pytest.fixture(params=[(DESKTOP, False), (TABLET, True)], ids=["desktop", "tablet-dark"])
def screen(request: pytest.FixtureRequest) -> Screen:
    return request.param


@DESKTOP_ALONE
def test_search_by_words_narrow_and_more_like_this(visit: Visit, browser: Browser):
    visit.open("/search?collection=egypt")
    assert "Write what you look for" in visit.text()
    visit.type("Words", "faience amulet")
    first = visit.page.get_by_test_id("stMain").get_by_test_id("stImage").first
    expect(first).to_be_visible()
    text = visit.text()
    assert "meaning 0." in text and "photo 0." in text and "learned on" in text
    assert text.index("faience") < text.index(
        "No caption" if "No caption" in text else "learned on"
    )
    usable(visit, "search").screenshot("search-desktop")
    assert "faience+amulet" in visit.page.url or "faience%20amulet" in visit.page.url
    box = visit.page.get_by_role("combobox", name="Label")
    box.click()
    visit.page.get_by_role("option", name="limestone", exact=False).click()
    visit.page.keyboard.press("Escape")
    visit.idle()
    link = visit.page.url
    assert parse_qs(urlsplit(link).query)["search-label"] == ["limestone"]  # and no count
    labels = visit.page.get_by_test_id("stMain").locator("strong").all_inner_texts()
    assert labels and set(labels) == {"limestone"}
    visit.page.get_by_role("button", name="More like this").first.click()
    visit.idle()
    assert "Records like" in visit.text() and "like=" in visit.page.url
    visit.screenshot("search-like-desktop")
    visit.click("Back to words")
    assert "like=" not in visit.page.url
    other = Visit(browser, visit.address).open(link.removeprefix(visit.address))
    assert set(other.page.get_by_test_id("stMain").locator("strong").all_inner_texts()) == {
        "limestone"
    }
    other.context.close()
    visit.go("Home").go("Search")  # what was chosen is still chosen, and in the address
    assert parse_qs(urlsplit(visit.page.url).query)["search-label"] == ["limestone"]
    visit.page.get_by_test_id("stMultiSelect").first.get_by_label("Clear all").click()
    assert "search-label" not in visit.idle().page.url


@DESKTOP_ALONE
def test_photos_without_a_caption_are_found(visit: Visit):
    visit.open("/search?collection=egypt&search-words=small+figure")
    visit.page.get_by_role("combobox", name="Look in").click()
    visit.page.get_by_role("option", name="Photos", exact=True).click()
    visit.idle()
    assert "search-in=" in visit.page.url
    pages = visit.page.get_by_test_id("stMain").get_by_role("button", name="Next")
    found = visit.text()
    while pages.count() and pages.is_enabled():
        pages.click()
        found += visit.idle().text()
    assert found.count("No caption") == RECORDS // 8
    assert "meaning 0." not in found and "words 1." not in found


@DESKTOP_ALONE
def test_a_photo_finds_its_like_and_a_hit_opens_in_review(visit: Visit):
    photo = shared_collection("museum_materials") / "images" / "CHI_10006.jpg"
    visit.open("/search?collection=egypt")
    visit.page.get_by_role("button", name="By a photo").click()
    visit.upload(photo)
    visit.page.keyboard.press("Escape")
    visit.idle()
    assert "What looks like your photo" in visit.text()
    visit.page.get_by_test_id("stMain").get_by_role("link", name="Review").first.click()
    visit.idle()
    assert "/review" in visit.page.url and "collection=egypt" in visit.page.url


@DESKTOP_ALONE
def test_a_lasso_picks_records_to_review(visit: Visit):
    visit.open("/map?collection=egypt")
    plot = visit.page.locator(".js-plotly-plot .nsewdrag").first
    expect(plot).to_be_visible()
    visit.screenshot("map-desktop")
    box = plot.bounding_box()
    assert box
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.05)]
    mouse = visit.page.mouse
    for number, (x, y) in enumerate(corners):
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
        if number == 0:
            mouse.down()
    mouse.up()
    visit.idle(1)
    picked = visit.page.get_by_role("heading", name="records picked")
    expect(picked).to_be_visible()
    assert int(picked.inner_text().split()[0]) > RECORDS // 2
    usable(visit, "map").screenshot("map-picked-desktop")
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Download as CSV").click()
    with Path(download.value.path()).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == int(picked.inner_text().split()[0])
    visit.page.get_by_test_id("stMain").get_by_role("radio", name="Status").click()
    visit.idle()
    assert "open" in (visit.page.locator(".legend").text_content() or "")


@pytest.mark.parametrize("screen", [(TABLET, True)], ids=["tablet-dark"])
def test_the_pages_fit_a_small_dark_screen(visit: Visit):
    visit.open("/search?collection=egypt&search-words=faience+amulet")
    visit.fits().screenshot("search-tablet-dark")
    visit.page.get_by_role("button", name="More like this").first.click()
    assert "Records like" in visit.idle().text()
    visit.screenshot("search-like-tablet-dark")
    visit.open("/map?collection=egypt")
    expect(visit.page.locator(".js-plotly-plot .nsewdrag").first).to_be_visible()
    visit.screenshot("map-tablet-dark")
    visit.fits()


# Where a point of the plot is in the window.
POINT = """() => {
  const plot = document.querySelector('.js-plotly-plot');
  const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
  const { x, y } = plot._fullData[0];
  return [box.left + xaxis._offset + xaxis.c2p(x[0]), box.top + yaxis._offset + yaxis.c2p(y[0])];
}"""


def test_the_pointer_shows_a_photo_and_a_click_opens_review(
    visit: Visit, request: pytest.FixtureRequest
):
    visit.open("/map?collection=egypt")
    expect(visit.page.locator(".js-plotly-plot .nsewdrag").first).to_be_visible()
    visit.page.wait_for_timeout(800)  # until the plot is watched
    x, y = visit.page.evaluate(POINT)
    visit.page.mouse.move(x - 20, y - 20)
    visit.page.mouse.move(x, y, steps=4)
    photo = visit.page.locator(".card img")
    expect(photo).to_be_visible()
    assert (photo.get_attribute("src") or "").startswith("data:image/jpeg;base64,")
    visit.page.screenshot(path=SCREENSHOTS / f"map-hover-{request.node.callspec.id}.png")
    visit.page.mouse.move(5, 5, steps=4)
    expect(photo).to_be_hidden()
    visit.page.mouse.click(x, y)
    visit.idle(1)
    picked = visit.page.get_by_role("heading", name="picked")
    expect(picked).to_be_visible()
    count = int(picked.inner_text().split()[0])
    visit.page.get_by_role("link", name="Review " + ("it" if count == 1 else "them")).click()
    visit.idle()
    assert "pick=" in visit.page.url and "/review" in visit.page.url
    text = visit.type("Your name", "Ada").text()
    if "Label all" in text:  # no model has looked at the records yet
        text = visit.click(f"Label all {RECORDS} records").text()
    assert "picked on the map" in text and f"1 of {count}" in text
    visit.screenshot(f"review-picked-{request.node.callspec.id}")
    visit.click("Show the others too")
    assert "pick=" not in visit.page.url and f"of {RECORDS}" in visit.text()
