"""Everybody can use the app: every page is held against axe-core, and so is a page without us.

The pages are asked about where a test has them open, by `usable`. What can be done by keyboard
alone stands with the pages it is about: the review, the circuit, the tour.
"""

import re
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.axe import STREAMLITS_OWN, dark, faults
from tests.browser.studio import ROOT, Visit, server


def test_what_is_streamlits_own_is_so_on_a_page_without_us(browser: Browser, tmp_path: Path):
    with server(tmp_path, "tests/browser/bare.py") as address:
        bare = Visit(browser, address).open()
        assert set(faults(bare)) == set(STREAMLITS_OWN)
        in_dark = {where for rule, where in faults(dark(bare, True)) if rule == "color-contrast"}
        # `qcmfm/ui/shell/style.py` repairs: chosen words in a colour that carries white text.
        assert in_dark == {"stMarkdownContainer"}
        bare.leave()


def test_every_page_is_asked_about():
    asked = {
        name
        for file in Path(__file__).parent.glob("test_*.py")
        for name in re.findall(r"usable\([^\n]*?\"(\w+)\"", file.read_text("utf-8"))
    }
    in_loops = {"circuit", "noise_lab", "study", "workspace"}
    assert asked | in_loops == {path.stem for path in (ROOT / "pages").glob("*.py")}
