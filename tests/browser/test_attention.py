"""The Attention page in real Chromium: words, regions, sections, downloads, the address."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from PIL import Image
from playwright.sync_api import Browser

from tests.browser.axe import usable
from tests.browser.studio import TABLET, Visit

RECORD = "/attention?collection=artifacts&record=artifact-00001-1"


def asked(visit: Visit) -> dict[str, list[str]]:
    return parse_qs(urlsplit(visit.page.url).query)


def saved(visit: Visit, label: str, folder: Path) -> Path:
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("button", name=label).click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def test_words_are_chosen_and_the_view_stands_in_the_address(visit: Visit, tmp_path: Path):
    visit.open(RECORD)
    assert "For the whole caption the model attended most to the" in visit.text()
    pills = visit.page.get_by_test_id("stMain")
    pills.get_by_text("phoenix", exact=True).first.click()
    visit.idle()
    pills.get_by_text("lotuses", exact=True).first.click()
    visit.idle()
    visit.page.get_by_role("radio", name="grid").click()
    visit.idle()
    assert "For “phoenix”, “lotuses” the model attended most" in visit.text()
    found = asked(visit)
    assert found["words"] == ["6.15"] and found["drawn"] == ["grid"]
    first = "document.querySelector('.js-plotly-plot')._fullData[0]"  # is drawn a moment later
    visit.page.wait_for_function(f"{first}.type === 'heatmap' && {first}.zsmooth === false")

    picture = saved(visit, "PNG", tmp_path)
    assert Image.open(picture).size == (384, 384)
    note = json.loads(saved(visit, "Web Annotation", tmp_path).read_text())
    boxes = [part["selector"]["value"] for part in note["target"]]
    assert len(boxes) == 2 and all(box.startswith("xywh=percent:") for box in boxes)
    assert [part["qcmfm:words"] for part in note["target"]] == [["phoenix"], ["lotuses"]]

    again = urlsplit(visit.page.url)
    visit.open(f"{again.path}?{again.query}")
    assert "For “phoenix”, “lotuses” the model attended most" in visit.text()


def test_a_box_over_the_photo_tells_which_words_look_there(visit: Visit):
    visit.open(RECORD)
    box = visit.page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert box
    mouse = visit.page.mouse
    mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6, steps=5)
    mouse.up()
    visit.idle(0.6)
    tables = visit.page.get_by_test_id("stMain").get_by_test_id("stDataFrame")
    assert tables.first.is_visible()


def test_every_section_has_its_evidence(visit: Visit):
    visit.open(RECORD)
    said = visit.text()
    assert "Faithfulness" in said and "at 6 other places" in said
    usable(visit, "attention", both=True)
    for tab, words in (
        ("Photo and caption", "They tell of the readout, not of causes"),
        ("Words that mattered", "the caption is read again without it"),
        ("Compare models", "No other model knows these labels"),
    ):
        visit.page.get_by_role("tab", name=tab).click()
        visit.idle()
        assert words in visit.text()


def test_a_caption_alone_and_a_small_screen(browser: Browser, address: str):
    visit = Visit(browser, address, TABLET)
    visit.open("/attention?source=An upload&model=museum_materials")
    assert "Give a photo, a caption" in visit.text()
    visit.type("Caption", "Bowl of celadon glaze")
    assert "There is no photo to look at" in visit.text() and "Proposed:" in visit.text()
    visit.page.get_by_role("tab", name="How sure").click()
    visit.page.get_by_role("radio", name="20%").click()
    visit.idle()
    assert asked(visit)["rate"] == ["20%"]
    for words in ("should hold the true label on 80%", "The training records most like it"):
        assert words in visit.text()
    visit.context.close()
