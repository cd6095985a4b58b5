"""A museum's own labels: wrong ones are found, a model is trained, compared and adopted."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from qcmfm import service
from qcmfm.records import Collection, read_collection, write_collection
from qcmfm.review.log import ReviewLog
from tests.browser.axe import usable
from tests.browser.studio import DESKTOP, TABLET, Visit, server
from tests.browser.vases import draw_vases

LABELS = ("faience", "limestone", "gold")
WRONG = {"vase-0003": "gold", "vase-0022": "faience"}
MINUTES = 8


def label_vases(home: Path, count: int) -> Path:
    """Draw vases with labels of the museum's own, two of them wrong."""
    draw_vases(home, count, side=200)
    file = home / "collections" / "vases" / "records.csv"
    records = [
        record.changed(label=WRONG.get(record.record_id, LABELS[place % 3]))
        for place, record in enumerate(read_collection(file).records)
    ]
    write_collection(Collection.from_records(file.parent, records), file)
    return home


@pytest.fixture
def labelled(home: Path) -> Path:
    """Enough vases to tell wrong labels from right ones."""
    return label_vases(home, 45)


@pytest.fixture
def few(home: Path) -> Path:
    """Enough vases to be trained on."""
    return label_vases(home, 24)


def named(visit: Visit, name: str = "Ada") -> Visit:
    visit.page.get_by_label("Your name").fill(name)
    visit.page.get_by_label("Your name").press("Enter")
    return visit.idle()


def wait_for(visit: Visit, there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60 * MINUTES
    while not there():
        assert time.monotonic() < deadline, visit.text()
        visit.page.wait_for_timeout(500)
    visit.idle()


def test_wrong_labels_are_found_and_put_right_and_a_model_learns(browser: Browser, labelled: Path):
    with server(labelled, forked=True) as address:
        ada = named(Visit(browser, address).open("/clean_up?collection=vases"))
        ada.page.get_by_role("button", name="Look for label errors").click()
        ada.page.get_by_role("button", name="Stop").wait_for()
        ada.go("Home").go("Clean up")  # the work goes on meanwhile
        wait_for(ada, lambda: "labels were compared" in ada.text())
        assert "0 of 2 doubtful labels" in ada.text()
        for record_id in WRONG:
            assert record_id in ada.text()
        ada.screenshot("clean-up")
        first = ada.page.get_by_role("button", name="It is").first
        right = first.inner_text().removeprefix("It is ")
        first.click()
        wait_for(ada, lambda: "1 of 2 doubtful labels" in ada.text())
        (row,) = ReviewLog(labelled / "review" / "vases.csv").decisions
        place = int(row.record_id.removeprefix("vase-"))
        assert row.reviewed_label == right == LABELS[place % 3]
        assert '"out_of_fold"' in row.evidence

        ada.go("Learn")
        assert "45 of 45" in ada.text() and "No model knows the labels" in ada.text()
        ada.page.get_by_role("button", name="Train", exact=True).click()
        wait_for(ada, lambda: "vases-1 is trained" in ada.text())
        assert "test records" in ada.text() and "in use" in ada.text()
        ada.page.get_by_text("Improve vases-1").click()
        ada.idle().page.get_by_role("button", name="Train", exact=True).click()
        wait_for(ada, lambda: "vases-2 is trained" in ada.text())
        assert "Before: vases-1" in ada.text()
        assert "95% interval" in ada.text() or "both are right equally often" in ada.text()
        assert service.adopted_run("vases") == ""
        ada.screenshot("learn")
        box = ada.page.locator("[data-testid=stHorizontalBlock]").filter(has_text="vases-2")
        box.get_by_role("button", name="Adopt").last.click()
        wait_for(ada, lambda: service.adopted_run("vases") == "vases-2")

        ada.go("Review")
        expect(ada.page.get_by_text("Label all 45 records")).to_be_visible()
        ada.click("Label all 45 records")
        expect(ada.page.get_by_text("Proposed:")).to_be_visible()
        ada.press("a")
        assert ReviewLog(labelled / "review" / "vases.csv").decisions[-1].model_run == "vases-2"
        assert not ada.faults and not ada.outside
        ada.context.close()


def test_stopping_a_training_and_taking_it_up_again(browser: Browser, few: Path):
    with server(few, forked=True) as address:
        ada = named(Visit(browser, address).open("/learn?collection=vases"))
        ada.page.get_by_role("button", name="Train", exact=True).click()
        ada.page.get_by_role("button", name="Stop").click()
        wait_for(ada, lambda: "This was stopped" in ada.text())
        ada.page.get_by_role("button", name="Go on").click()
        wait_for(ada, lambda: "vases-1 is trained" in ada.text())
        ada.context.close()


def test_a_label_chosen_on_classify_is_a_decision(browser: Browser, few: Path, tmp_path: Path):
    photo = few / "collections" / "vases" / "images" / "2.jpg"
    with server(few, forked=True) as address:
        ada = Visit(browser, address).open("/classify").upload(photo)
        ada.type("Caption", "Gold ring with a scarab")
        box = ada.page.get_by_role("combobox", name="What is it?")
        box.click()
        box.press_sequentially("woo")
        box.press("Enter")
        ada.idle().click("Save")
        assert "Write your name" in ada.text()
        ada.type("Your name", "Ada").click("Save")
        assert "1 record kept in uploads, with 1 decision" in ada.text()
        (row,) = ReviewLog(few / "review" / "uploads.csv").decisions
        assert (row.reviewer, row.reviewed_label) == ("Ada", "wood")
        (record,) = service.open_collection("uploads").records
        assert record.record_id == row.record_id
        ada.context.close()


@pytest.mark.parametrize(
    ("size", "dark"), [(DESKTOP, True), (TABLET, False)], ids=["dark", "tablet"]
)
def test_the_pages_fit_the_screen(browser: Browser, few: Path, size: tuple[int, int], dark: bool):
    name = f"{size[0]}-{'dark' if dark else 'light'}"
    with server(few, forked=True) as address:
        ada = named(Visit(browser, address, size, dark).open("/learn?collection=vases"))
        usable(ada, "learn").screenshot(f"learn-{name}")
        ada.open("/clean_up?collection=vases")
        usable(ada, "clean_up").screenshot(f"clean-up-{name}")
        ada.context.close()
