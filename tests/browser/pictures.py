"""The README's pictures of the app, taken of the app itself: `python -m tests.browser.pictures`.

They show what the program draws itself and nothing else, so that no museum's photo is in them.
"""

import io
import tempfile
from pathlib import Path

from PIL import Image

from tests.browser.every_page import PAGES, RECORD, WORD, prepare
from tests.browser.studio import ROOT, Visit, chromium, server

FOLDER = ROOT / "assets" / "pictures"
SIZE = (1280, 960)
MOST = 150_000
"""Bytes of a picture."""

SHOWN = {
    "review": "/review?collection=artifacts&status=open",
    "attention": f"/attention?collection=artifacts&record={RECORD}",
    "search": PAGES["search"],
    "circuit": f"/circuit?collection=artifacts&record={RECORD}&every=layer",
}
"""By the name of the file."""


def take(visit: Visit, name: str) -> Path:
    """Keep what the window shows as a picture that is no larger than it may be.

    Raises:
        ValueError: It would be larger even at the lowest quality.
    """
    visit.idle(1.0)
    shot = Image.open(io.BytesIO(visit.page.screenshot())).convert("RGB")
    for quality in range(90, 30, -10):
        out = io.BytesIO()
        shot.save(out, "WEBP", quality=quality, method=6)
        if out.tell() < MOST:
            file = FOLDER / f"{name}.webp"
            file.write_bytes(out.getvalue())
            return file
    raise ValueError(f"{name} has more than {MOST} bytes")


def main() -> None:
    """Take them all, on a workspace that is thrown away."""
    with (
        tempfile.TemporaryDirectory() as home,
        server(Path(home)) as address,
        chromium() as browser,
    ):
        visit = prepare(Visit(browser, address, SIZE))
        for name, path in SHOWN.items():
            visit.open(path)
            if name == "attention":
                visit.page.get_by_test_id("stMain").get_by_text(WORD, exact=True).first.click()
            file = take(visit, name)
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size:,} bytes")
        visit.leave()


if __name__ == "__main__":
    main()
