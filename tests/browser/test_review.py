"""The review pages as reviewers meet them: keys, reload, two people, many at once, files."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from qcmfm.records import read_collection
from qcmfm.review.decision import Decision
from qcmfm.review.log import ReviewLog
from qcmfm.ui.shared.keys import KEYS
from qcmfm.ui.shell.style import FOCUS
from tests.benchmarks.annotator import DECIDING, assert_kept
from tests.benchmarks.review_page import key_times
from tests.browser.axe import usable
from tests.browser.studio import DESKTOP, TABLET, Visit
from tests.browser.vases import draw_vases, pretend_labelled

RECORDS = 30

# What has the focus: its kind and name, its outline, and whether it is in view.
FOCUSED = """() => {
  let at = document.activeElement;
  while (at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
  const frame = at.getBoundingClientRect(), style = getComputedStyle(at);
  const named = at.labels && at.labels.length ? at.labels[0].innerText : at.innerText;
  return [at.tagName, (at.getAttribute('aria-label') || named || '').trim(), style.outlineStyle,
    style.outlineColor, frame.bottom > 0 && frame.top < innerHeight];
}"""


@pytest.fixture
def vases(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A collection of the test's own, on the server of all."""
    monkeypatch.setenv("QCMFM_HOME", str(workspace))
    name = f"vases-{len(list(workspace.glob('collections/*')))}"
    draw_vases(workspace, RECORDS, name=name)
    pretend_labelled(name)
    return name


@pytest.fixture
def visit(browser: Browser, address: str, vases: str) -> Iterator[Callable[..., Visit]]:
    """Opens a browser of a reviewer's own on the collection."""
    opened: list[Visit] = []

    def start(name: str, page="review", more="&status=open", size=DESKTOP, dark=False) -> Visit:
        found = Visit(browser, address, size, dark).open(f"/{page}?collection={vases}{more}")
        found.page.get_by_label("Your name").fill(name)
        found.page.get_by_label("Your name").press("Enter")
        opened.append(found.idle())
        return found

    yield start
    for found in opened:
        found.leave()


@pytest.fixture
def decisions(workspace: Path, vases: str) -> Callable[[], list[Decision]]:
    """Reads what is saved about the collection."""
    return lambda: ReviewLog(workspace / "review" / f"{vases}.csv").decisions


def record_of(visit: Visit) -> str:
    return visit.page.get_by_text("Record vase-").first.inner_text().split()[1]


def press(visit: Visit, keys: str) -> None:
    for key in keys:
        visit.press(key)


def test_deciding_by_keys_and_finding_the_place_again(visit, decisions, vases: str):
    ada: Visit = visit("Ada")
    shown = [record_of(ada)]
    for key in "a2u":
        press(ada, key)
        shown.append(record_of(ada))
    assert len(set(shown)) == 4
    assert "Saved:" in ada.text() and "1 of 27" in ada.text()
    saved = decisions()
    assert [row.record_id for row in saved] == shown[:3]
    assert [row.decision for row in saved] == ["accept", "correct", "unsure"]
    assert {row.reviewer for row in saved} == {"Ada"} and saved[0].model_label
    assert saved[1].reviewed_label not in ("", saved[1].model_label)
    ada.go("Home")
    assert f"Ada took 3 decisions on {vases}" in ada.text()
    ada.go("Review")

    press(ada, "z")
    assert record_of(ada) == shown[2] and "Undone" in ada.text()
    press(ada, "zz")
    assert record_of(ada) == shown[0]
    press(ada, "z")
    assert "Ada has nothing to undo" in ada.text()
    assert [row.decision for row in decisions()[3:]] == ["undo"] * 3

    press(ada, "nn")
    place = record_of(ada)
    ada.page.reload()
    ada.idle()
    assert record_of(ada) == place == shown[2]  # and nobody asked for the name again
    ada.go("Home")
    assert f"30 records of {vases} to review" in ada.text()
    ada.go("Review")
    assert record_of(ada) == place
    press(ada, "p")
    assert record_of(ada) == shown[1]


def test_a_label_that_is_typed_known_or_not(visit, decisions):
    ada: Visit = visit("Ada")
    box = ada.page.get_by_role("combobox", name="Another label")
    box.click()
    box.press_sequentially("papy")
    box.press("Enter")
    ada.idle(0.6)
    (row,) = decisions()
    assert row.reviewed_label == "paper_papyrus"
    first = record_of(ada)
    ada.click("New label")
    ada.page.get_by_label("A label that is not in the list").fill("carnelian")
    ada.page.get_by_label("Getty AAT address").fill("http://vocab.getty.edu/aat/300011154")
    ada.click("Add it and use it here")
    row = decisions()[-1]
    assert (row.record_id, row.reviewed_label) == (first, "carnelian")
    assert row.reviewed_aat_uri.endswith("300011154")


def test_two_people_see_each_other(visit, decisions):
    ada: Visit = visit("Ada")
    bob: Visit = visit("Bob")
    assert record_of(ada) == record_of(bob)
    assert "Ada has this record open too" in bob.text()
    press(ada, "a")
    press(bob, "2")
    assert "Not saved. Ada made the record" in bob.text()
    assert len(decisions()) == 1
    assert "Ada said accepted" in bob.text()
    press(bob, "2")
    assert [row.reviewer for row in decisions()] == ["Ada", "Bob"]


def test_a_key_pressed_twice_decides_on_no_record_unseen(visit, decisions):
    ada: Visit = visit("Ada")
    first = record_of(ada)
    ada.ready("a")
    for _ in range(3):
        ada.page.keyboard.press("a")
    ada.idle(0.6)
    ids = [row.record_id for row in decisions()]
    assert ids[0] == first and len(ids) == len(set(ids))


def test_restoring_what_a_record_was(visit, decisions):
    ada: Visit = visit("Ada")
    first = record_of(ada)
    press(ada, "ap")
    assert record_of(ada) == first and "accepted as" in ada.text()
    ada.page.get_by_role("button", name="History (1)").click()
    ada.page.get_by_role("button", name="Restore").first.click()
    ada.idle(0.6)
    assert [row.decision for row in decisions()] == ["accept", "restore"]
    assert "1 of 30" in ada.text()


def test_decisions_by_keyboard_on_a_tablet_are_all_kept(visit, decisions):
    ada: Visit = visit("Ada", size=TABLET)
    key_times(ada, DECIDING * 4)
    assert_kept(decisions(), DECIDING * 4)
    assert "Saved:" in ada.idle().text()


def test_many_at_once_and_one_undo(visit, decisions):
    ada: Visit = visit("Ada", "bulk")
    press(ada, "e")
    count = int(ada.page.get_by_role("button", name="Accept").inner_text().split()[1])
    assert count > 1
    press(ada, "a")
    saved = decisions()
    assert len(saved) == count and len({row.batch_id for row in saved}) == 1
    assert len({row.model_label for row in saved}) == 1
    assert f"Saved: {count} records accepted" in ada.text()
    press(ada, "z")
    assert f"{count} records" in ada.text()
    undone = decisions()[count:]
    assert [row.decision for row in undone] == ["undo"] * count
    ada.page.get_by_role("checkbox").first.check(force=True)
    other = ada.idle().page.get_by_role("combobox", name="Another label")
    other.click()
    other.press_sequentially("carnelian")
    other.press("Enter")
    ada.idle().click("Correct 1 to carnelian, a new label")
    row = decisions()[-1]
    assert (row.decision, row.reviewed_label) == ("correct", "carnelian")


def test_the_files_have_every_column_and_read_again(
    visit, decisions, workspace: Path, vases: str, tmp_path: Path
):
    ada: Visit = visit("Ada")
    press(ada, "a2")
    ada.go("Progress")
    assert "2 of 30 records are reviewed" in ada.text()
    with ada.page.expect_download() as download:
        ada.page.get_by_role("button", name="CSV, with every original column").click()
    exported = Path(download.value.path()).read_bytes()
    folder = workspace / "collections" / vases
    before = read_collection(folder)
    (folder / "records.csv").write_bytes(exported)
    after = read_collection(folder)
    assert after.records == before.records and not after.problems
    cells = {record.record_id: record.cells for record in after.records}
    for record in before.records:
        assert cells[record.record_id]["Inventory No"] == record.cells["Inventory No"]
    assert sum(row["qcmfm_status"] == "accepted" for row in cells.values()) == 1
    with ada.page.expect_download() as download:
        ada.page.get_by_role("button", name="Review log, every decision").click()
    copy = tmp_path / "copy.csv"
    copy.write_bytes(Path(download.value.path()).read_bytes())
    assert ReviewLog(copy).decisions == decisions()


def test_an_empty_queue_leads_on(visit):
    ada: Visit = visit("Ada", more="&status=open&text=vase-0007")
    assert "1 of 1" in ada.text()
    press(ada, "a")
    assert "Everything that the filter shows is reviewed" in ada.text()
    ada.page.get_by_role("button", name="Show all 29 open records").click()
    ada.idle()
    assert "1 of 29" in ada.text()


def test_a_model_labels_the_collection_once(browser: Browser, address: str, workspace: Path):
    draw_vases(workspace, 6, name="few")
    ada = Visit(browser, address).open("/review?collection=few&status=open")
    assert "Write your name" in ada.click("Start").text()
    ada.type("Your name", "Ada")
    ada.click("Label all 6 records")
    expect(ada.page.get_by_text("Proposed:")).to_be_visible()
    ada.page.get_by_test_id("stButtonGroup").get_by_text("Thebes", exact=True).click()
    expect(ada.page.get_by_text("Yellow is where the model looked")).to_be_visible()
    press(ada.idle(), "a")
    (row,) = ReviewLog(workspace / "review" / "few.csv").decisions
    assert '"words": ["Thebes"]' in row.evidence and "percent:" in row.evidence
    assert list((workspace / "predictions" / "few").iterdir())
    ada.leave()


def test_the_tab_key_goes_through_in_order_and_shows_where_it_is(visit):
    ada: Visit = visit("Ada")
    ada.page.get_by_test_id("stSkipToContent").focus()
    ada.page.keyboard.press("Enter")
    focus = ", ".join(str(int(FOCUS[at : at + 2], 16)) for at in (1, 3, 5))
    names: list[str] = []
    for _ in range(50):
        ada.page.keyboard.press("Tab")
        tag, name, outline, colour, seen = ada.page.evaluate(FOCUSED)
        if tag == "BODY":
            break
        names.append(name)
        assert seen, f"{name} has the focus and is not in view"
        if tag in ("A", "BUTTON"):
            assert (outline, colour) == ("solid", f"rgb({focus})"), name
    wanted = ["Collection", "Full resolution", "Accept", "Unsure", "Previous", "Next", "Undo"]
    wanted += ["Another label", "Reason, if you like", "add\n\nNew label"]
    places = [next(i for i, name in enumerate(names) if name.startswith(one)) for one in wanted]
    assert places == sorted(places)


def test_every_key_is_told_on_its_button_and_can_be_switched_off(visit, decisions):
    ada: Visit = visit("Ada")
    for one in KEYS["review"].values():
        told = ada.page.get_by_label(f"Shortcut {one.letter.split()[0]}", exact=True)
        assert told.first.inner_text() == one.letter.split()[0]
    ada.go("Guide").page.get_by_text("No single keys").click()
    ada.idle().go("Review")
    assert not ada.page.get_by_label(re.compile("^Shortcut ")).count()
    ada.page.keyboard.press("u")
    ada.idle()
    assert not decisions()
    ada.page.get_by_role("button", name="Unsure").press("Enter")
    ada.idle(0.6)
    assert [row.decision for row in decisions()] == ["unsure"]


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (TABLET, True)])
def test_the_pages_fit_the_screen(visit, vases: str, size: tuple[int, int], dark: bool):
    ada: Visit = visit("Ada", size=size, dark=dark)
    name = f"{size[0]}-{'dark' if dark else 'light'}"
    press(ada, "a2u")
    usable(ada, "review").screenshot(f"review-{name}")
    ada.open(f"/bulk?collection={vases}&status=open")
    press(ada, "s")
    usable(ada, "bulk").screenshot(f"bulk-{name}")
    ada.open(f"/progress?collection={vases}")
    usable(ada, "progress").screenshot(f"progress-{name}")
