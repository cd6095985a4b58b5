"""From a key press to the next record on screen, in the browser, beside a bare Streamlit page.

`python -m tests.benchmarks.review_page [records]` prints the times of one run as JSON and writes
them to `tests/benchmarks/results/review_page.json`.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from qcmfm.core.clock import utc_now
from tests.browser.studio import ROOT, Visit, chromium, server
from tests.browser.vases import draw_vases, pretend_labelled

PRESSES = 40
RESULT = ROOT / "tests" / "benchmarks" / "results" / "review_page.json"
BARE = """import streamlit as st
count = st.session_state.setdefault("count", 0)
def step(): st.session_state["count"] += 1
st.button("Next", shortcut="N", on_click=step)
st.caption(f"Record {count}")
"""

# Set `done` to a promise of the milliseconds from the next key press until another record stands
# there and its photo, where it has one, is drawn.
WATCH = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  const record = () => (main.innerText.match(/Record (\\S+)/) || [])[1];
  const photo = () => main.querySelector('[data-testid=stImage] img');
  const before = [record(), photo() && photo().src];
  let start = 0;
  window.addEventListener('keydown', () => { start = performance.now(); },
    { capture: true, once: true });
  window.done = new Promise(done => {
    const look = () => {
      const there = record() && record() !== before[0] && (!photo() ||
        (photo().src !== before[1] && photo().complete && photo().naturalWidth));
      there ? done(performance.now() - start) : requestAnimationFrame(look);
    };
    look();
  });
}"""


def key_times(visit: Visit, keys: str) -> list[float]:
    """Milliseconds from each key press to the next record."""
    times: list[float] = []
    for key in keys:
        visit.page.evaluate(WATCH)
        visit.page.keyboard.press(key)
        times.append(visit.page.evaluate("() => window.done"))
        visit.page.wait_for_timeout(150)
    return times


def measure(home: Path, records: int) -> dict[str, dict[str, float]]:
    """Median and 95th percentile of each kind of key, in milliseconds."""
    draw_vases(home, records)
    pretend_labelled()
    (home / "bare.py").write_text(BARE)
    found: dict[str, list[float]] = {}
    with chromium() as browser:
        with server(home, str(home / "bare.py")) as address:
            visit = Visit(browser, address).open()
            found["bare"] = key_times(visit, "n" * PRESSES)
        with server(home) as address:
            visit = Visit(browser, address).open("/review?collection=vases&status=open")
            visit.type("Your name", "Ada")
            visit.idle()
            found["warming"] = key_times(visit, "n" * 4)
            for name, key in (("next", "n"), ("accept", "a"), ("correct", "2")):
                found[name] = key_times(visit, key * PRESSES)
    return {
        name: {
            "median": round(float(np.median(times))),
            "p95": round(float(np.percentile(times, 95))),
        }
        for name, times in found.items()
    }


if __name__ == "__main__":
    records = int((sys.argv[1:] or ["1000"])[0])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["QCMFM_HOME"] = folder
        found = measure(Path(folder), records)
    result = {
        "command": f"python -m tests.benchmarks.review_page {records}",
        "measured_at": utc_now(),
        "presses": PRESSES,
        "milliseconds": found,
        "ratio_to_bare": {
            name: round(found[name]["median"] / found["bare"]["median"], 2)
            for name in ("next", "accept", "correct")
        },
    }
    text = json.dumps(result, indent=2) + "\n"
    sys.stdout.write(text)
    RESULT.write_text(text)
