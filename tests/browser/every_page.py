"""Every page of the app at an address where it shows as much as it can, on a prepared workspace."""

import csv

from tests.browser.studio import ROOT, Visit

WORD = "dragon"
with (ROOT / "assets/collections/artifacts/records.csv").open(
    encoding="utf-8", newline=""
) as _file:
    # The first with a photo whose caption names one.
    RECORD = next(
        row["record_id"]
        for row in csv.DictReader(_file)
        if row["image"] and f" {WORD} " in row["caption"]
    )
_OF_RECORD = f"collection=artifacts&record={RECORD}"
PAGES = {
    "home": "/",
    "guide": "/guide",
    "collections": f"/collections?{_OF_RECORD}",
    "search": "/search?collection=artifacts&search-words=a+cup+with+a+dragon",
    "map": "/map?collection=artifacts",
    "import": "/import",
    "classify": "/classify",
    "attention": f"/attention?{_OF_RECORD}",
    "review": f"/review?{_OF_RECORD}&status=open&tour=2",
    "bulk": "/bulk?collection=artifacts&status=open",
    "clean_up": "/clean_up?collection=artifacts",
    "progress": "/progress?collection=artifacts",
    "learn": "/learn?collection=artifacts",
    "study": "/study",
    "circuit": f"/circuit?{_OF_RECORD}&every=gate&step=40&off=L1&view=expanded",
    "noise_lab": f"/noise_lab?{_OF_RECORD}&noise=superconducting_heron",
    "lesson": "/lesson?collection=artifacts",
    "claims": "/claims",
    "workspace": "/workspace",
}
assert set(PAGES) == {path.stem for path in (ROOT / "pages").glob("*.py")}


def prepare(visit: Visit, name: str = "Ada") -> Visit:
    """Have a built-in collection labelled and searchable, and a few decisions taken."""
    visit.open().open("/review?collection=artifacts&status=open").type("Your name", name)
    visit.click("Label all 48 records")
    for key in "a2u":
        visit.press(key)
    visit.open("/search?collection=artifacts").click("Make 48 records searchable")
    visit.page.get_by_text("Write what you look for").wait_for()
    return visit.idle()
