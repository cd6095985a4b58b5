"""Circuit, Noise lab, Lesson and Claims in a real browser, with the shipped model."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from qcmfm.ui.home.tour import STEPS
from tests.browser.axe import usable
from tests.browser.studio import DESKTOP, TABLET, Visit

CIRCUIT = "/circuit?collection=artifacts&record=artifact-00003-1&every=gate&step=40&off=L1"
NOISE = (
    "/noise_lab?collection=artifacts&record=artifact-00003-1&sweep=bit_flip"
    "&noise=depolarizing@gate:probability=0.02%2Breadout:0.02,0.02%2Bshots:100"
    "&noise=superconducting_heron*3.0"
)


LINKS = {
    "circuit": CIRCUIT + "&view=expanded",
    "noise_lab": NOISE,
    "lesson": "/lesson?collection=textiles",
}


def query(visit: Visit) -> dict[str, list[str]]:
    return parse_qs(urlsplit(visit.page.url).query)


def label(visit: Visit) -> str:
    found = re.search(r"Label: (.+)", visit.text())
    assert found
    return found[1]


def test_the_circuit_is_stepped_through_and_gates_are_switched_in_the_drawing(visit: Visit):
    visit.open("/circuit?collection=artifacts&view=expanded&every=layer")
    assert "After step 4 of 4: layer 4" in visit.text()
    visit.press("b")
    assert query(visit)["step"] == ["3"] and "After step 3 of 4: layer 3" in visit.text()
    gates = visit.page.locator("[data-gates]")
    gates.first.hover()
    tip = visit.page.locator(".tip").first
    assert re.search(r"Gate 0: Rot · wire 0 · layer 1, mixing · radians [+-]\d", tip.inner_text())
    gates.first.click()
    visit.idle()
    assert query(visit)["off"] == ["0"] and "Gates switched off one by one: 0" in visit.text()
    visit.page.locator("[data-gates='0']").first.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page).not_to_have_url(re.compile("[?&]off="))  # too short a run to be waited for


def test_the_gates_are_one_stop_of_the_tab_key_and_the_arrows_go_on(visit: Visit):
    visit.open("/circuit?collection=artifacts&view=expanded")
    drawing, tip = visit.page.locator(".scroll").first, visit.page.locator(".tip").first
    gates = drawing.locator("[data-gates]")
    assert gates.count() > 100 and drawing.locator("[tabindex='0']").count() == 1
    gates.first.focus()
    visit.page.keyboard.press("ArrowRight")
    expect(gates.nth(1)).to_be_focused()
    expect(tip).to_contain_text("Gate 1: ")
    visit.page.keyboard.press("Enter")
    expect(gates.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(gates.nth(1)).to_be_focused()
    visit.page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_without_entanglement_the_label_reacts(visit: Visit):
    visit.open("/circuit?collection=artifacts")
    assert "The mark is the whole circuit" not in visit.text()
    visit.page.get_by_text("No entanglement").click()
    visit.idle()
    assert query(visit)["off"] == ["E"] and "The mark is the whole circuit" in visit.text()


def test_the_address_of_the_circuit_restores_the_view(browser: Browser, address: str, visit: Visit):
    visit.open(CIRCUIT)
    visit.page.get_by_text("expanded").first.click()
    visit.idle()
    visit.page.get_by_text("Probabilities", exact=True).first.click()
    visit.idle()
    shown, link = visit.text(), visit.page.url
    assert {"view", "columns", "step", "off", "every", "record"} <= set(query(visit))
    other = Visit(browser, address).open(link.removeprefix(address))
    assert other.text() == shown
    assert other.page.locator("[data-gates]").count() > 100
    other.context.close()


def test_the_exports_are_programs(visit: Visit, tmp_path: Path):
    visit.open(CIRCUIT)
    for button, start in (("OpenQASM 3", "OPENQASM 3.0;"), ("Python (PennyLane)", '"""A circuit')):
        with visit.page.expect_download() as waiting:
            visit.page.get_by_role("button", name=button).click()
        assert Path(waiting.value.path()).read_text("utf-8").startswith(start)


def test_a_noise_slider_moves_figures_and_address(visit: Visit):
    visit.open(NOISE)
    figures = visit.page.locator(".qcmfm-figures")
    assert figures.count() == 2 and "With 100 shots" in figures.first.inner_text()
    before, other = figures.first.inner_text(), figures.last.inner_text()
    slider = visit.page.get_by_role("slider", name="Depolarizing: probability").first
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    visit.idle()
    assert figures.first.inner_text() != before and figures.last.inner_text() == other
    assert "probability=0.023" in query(visit)["noise"][0]


def test_the_address_of_the_noise_lab_restores_the_view(
    browser: Browser, address: str, visit: Visit
):
    visit.open(NOISE)
    visit.page.get_by_text("3", exact=True).first.click()
    visit.idle()
    visit.page.get_by_text("Linear", exact=True).click()
    visit.idle(1.0)
    shown, link = visit.text(), visit.page.url
    assert len(query(visit)["noise"]) == 3 and query(visit)["mitigation"] == ["linear"]
    other = Visit(browser, address).open(link.removeprefix(address)).idle(1.0)
    assert other.text() == shown
    other.context.close()


def test_a_setting_is_saved_and_orders_the_review(visit: Visit):
    visit.open(NOISE)
    visit.type("Name", "our device")
    visit.click("Save")
    assert "Kept as our device" in visit.text()
    visit.open("/review?collection=artifacts&status=open")
    visit.type("Your name", "Ada")
    if visit.page.get_by_role("button", name="Label all 48 records").count():
        visit.click("Label all 48 records")
    visit.page.get_by_label("In the order").click()
    visit.page.get_by_role("option", name="Unstable under noise: our device").click()
    visit.idle(1.0)
    assert query(visit)["order"] == ["unstable_under_noise:our device"]
    assert "artifact-" in visit.text() and "· 1 of 48" in visit.text()


def test_the_lesson_has_five_steps_and_can_be_printed(visit: Visit):
    visit.open("/lesson?collection=textiles")
    text = visit.text()
    for number in range(1, 6):
        assert f"\n{number}. " in text
    usable(visit, "lesson", both=True)
    with visit.page.expect_download() as waiting:
        visit.click("Download to print")
    file = Path(waiting.value.path()).read_text("utf-8")
    assert file.count("<section>") == 6 and "data:image/jpeg;base64," in file and "http" not in file
    visit.page.emulate_media(media="print")
    assert not visit.page.get_by_test_id("stSidebar").is_visible()


def test_the_tour_is_walked_left_and_taken_up_again_by_keyboard(visit: Visit):
    def follow(name: str) -> None:
        visit.page.get_by_test_id("stMain").get_by_role("link", name=name).focus()
        visit.page.keyboard.press("Enter")
        visit.idle()

    visit.open()
    follow("Take the tour, two minutes")
    for number, step in enumerate(STEPS, start=1):
        expect(visit.page.get_by_text(f"Tour · {number} of {len(STEPS)}")).to_be_visible()
        assert step.title in visit.idle().text()
        assert f"/{step.page}?" in visit.page.url and "tour=" not in visit.page.url
        if number == 2:
            if visit.page.get_by_label("Your name").count():
                visit.type("Your name", "Ada")
            if visit.page.get_by_role("button", name="Label all 48 records").count():
                visit.click("Label all 48 records")
            visit.press("u").press("z")
        if number == 3:
            visit.page.reload()
            assert "Tour · 3 of 6" in visit.idle().text()
            visit.press("q").go("Home")
            assert "Leave the tour" not in visit.text()
            follow("Go on with the tour, 3 of 6")
        if number < len(STEPS):
            follow(f"Next: {STEPS[number].title}")
    visit.click("Done").go("Home")
    assert "Tour ·" not in visit.text() and "Take the tour, two minutes" in visit.text()


def test_claims_and_glossary(visit: Visit):
    visit.open("/claims")
    text = visit.text()
    assert "Quantum does not mean better." in text and "simulated, exactly" in text
    usable(visit, "claims", both=True).type("Find a word", "plateau")
    assert "Barren plateau" in visit.text() and "Depth." not in visit.text()


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, True), (TABLET, False)])
def test_pages_fit_the_screen(browser: Browser, address: str, size: tuple[int, int], dark: bool):
    visit = Visit(browser, address, size, dark)
    name = f"{size[0]}-{'dark' if dark else 'light'}"
    for page, link in LINKS.items():
        usable(visit.open(link), page).screenshot(f"{page}-{name}")
    visit.context.close()
