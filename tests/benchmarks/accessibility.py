"""axe-core over every page in light and dark and on three sizes of screen, beside a bare page.

`python -m tests.benchmarks.accessibility [screens]` writes, for all sizes or for some,
`tests/benchmarks/results/accessibility.json`: which rules of WCAG 2.2 AA and of good practice each
page breaks that a page of nothing but Streamlit's widgets does not break, too, and whether it has
to be scrolled sideways. The tests look at the same with fewer sizes.
"""

import datetime
import json
import sys
import tempfile
from pathlib import Path

from tests.browser.axe import STREAMLITS_OWN, faults
from tests.browser.every_page import PAGES, prepare
from tests.browser.studio import DESKTOP, PHONE, ROOT, TABLET, Visit, chromium, server

RESULT = ROOT / "tests" / "benchmarks" / "results" / "accessibility.json"
SCREENS = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}


def main(screens: list[str]) -> None:
    """Look at every page and write down what is wrong; what other sizes showed is kept."""
    before = json.loads(RESULT.read_text("utf-8"))["pages"] if RESULT.is_file() else {}
    found: dict[str, dict[str, list[str]]] = {page: before.get(page, {}) for page in PAGES}
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        with server(Path(home), "tests/browser/bare.py") as address:
            bare = Visit(browser, address).open()
            own = sorted(map(" at ".join, faults(bare)))
            version = bare.page.evaluate("axe.version")
            bare.leave()
        with server(Path(home)) as address:
            visit = prepare(Visit(browser, address))
            for size in screens:
                width, height = SCREENS[size]
                visit.page.set_viewport_size({"width": width, "height": height})
                for scheme in ("light", "dark"):
                    visit.page.emulate_media(color_scheme=scheme)
                    for page, path in PAGES.items():
                        ours = set(faults(visit.open(path))) - set(STREAMLITS_OWN)
                        broken = sorted(map(" at ".join, ours))
                        broken += ["scrolled sideways"] if visit.too_wide() else []
                        found[page][f"{size}, {scheme}"] = broken
                        print(page, size, scheme, broken or "nothing", flush=True)
            visit.leave()
    told = {
        "command": "python -m tests.benchmarks.accessibility",
        "date": datetime.date.today().isoformat(),
        "axe": version,
        "streamlits_own": own,
        "looked_at": sum(map(len, found.values())),
        "broken_beyond_that": sum(
            len(rules) for screens in found.values() for rules in screens.values()
        ),
        "pages": found,
    }
    RESULT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or list(SCREENS))
