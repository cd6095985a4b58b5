"""From the server's start to a usable Home, and each page's first paint beside a bare page's.

`python -m tests.benchmarks.first_paint start` starts a server, opens Home as soon as the server
answers, and waits until it is at rest; `... pages` opens every page by its address on a server
where each was opened before, in turn with a bare Streamlit page of a title, a sentence and a table.
Both write their part of `tests/benchmarks/results/first_paint.json`: medians of `ROUNDS`.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from qcmfm.core.clock import utc_now
from tests.browser.studio import ROOT, Visit, chromium, server

ROUNDS = 3
RESULT = ROOT / "tests" / "benchmarks" / "results" / "first_paint.json"
BARE = """import streamlit as st
st.title("A page")
st.markdown("Says a sentence.")
st.dataframe([{"record": 1, "label": "vase"}])
"""
PAINTED = """() => document.querySelector('[data-testid=stMain] h1') && performance.now()"""
PAGES = ["/", *(f"/{file.stem}" for file in sorted((ROOT / "pages").glob("*.py"))
                if file.stem != "home")]  # fmt: skip


def painted(browser: Browser, address: str) -> tuple[float, float]:
    """Milliseconds until a page's title is there, and until all of it is."""
    visit = Visit(browser, address)
    visit.page.goto(address, wait_until="commit")
    title = visit.page.wait_for_function(PAINTED, polling="raf").json_value()
    visit.idle()
    whole = visit.page.evaluate("window.quiet.since")
    visit.context.close()
    return title, whole


def start_times(home: Path) -> dict[str, float]:
    """Seconds from the server's start until it answers, and until Home is at rest."""
    answers: list[float] = []
    usable: list[float] = []
    with chromium() as browser:
        for _ in range(ROUNDS):
            begun = time.monotonic()
            with server(home) as address:
                answers.append(time.monotonic() - begun)
                visit = Visit(browser, address).open()
                usable.append(time.monotonic() - begun)
                visit.context.close()
    return {"server_answers": round(median(answers), 1), "home_usable": round(median(usable), 1)}


def page_times(home: Path) -> dict[str, dict[str, float]]:
    """Milliseconds of each page and, as `bare`, of one that does next to nothing."""
    (home / "bare.py").write_text(BARE)
    found: dict[str, list[tuple[float, float]]] = {}
    with (
        chromium() as browser,
        server(home) as address,
        server(home, str(home / "bare.py")) as bare,
    ):
        for warm in range(ROUNDS + 1):
            for name, where in {"bare": bare, **{page: address + page for page in PAGES}}.items():
                times = painted(browser, where)
                if warm:
                    found.setdefault(name, []).append(times)
    return {
        name: {
            "title": round(median(title for title, _ in times)),
            "whole": round(median(whole for _, whole in times)),
        }
        for name, times in found.items()
    }


def keep(part: str, found: dict) -> None:
    """Write one part of the results, and leave the other."""
    about = {"command": f"python -m tests.benchmarks.first_paint {part}", "made": utc_now()}
    kept = json.loads(RESULT.read_text("utf-8")) if RESULT.is_file() else {}
    text = json.dumps(kept | {part: about | {"rounds": ROUNDS} | found}, indent=2) + "\n"
    sys.stdout.write(text)
    RESULT.write_text(text)


if __name__ == "__main__":
    part = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["QCMFM_HOME"] = folder
        if part == "start":
            keep(part, {"seconds": start_times(Path(folder))})
        else:
            times = page_times(Path(folder))
            ratios = {
                name: {what: round(found[what] / times["bare"][what], 2) for what in found}
                for name, found in times.items()
            }
            keep(part, {"milliseconds": times, "ratio_to_bare": ratios})
