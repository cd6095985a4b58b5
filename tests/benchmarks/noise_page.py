"""From a moved noise slider to the new figures on screen, beside a bare Streamlit fragment.

`python -m tests.benchmarks.noise_page` writes `tests/benchmarks/results/noise_page.json`: in one
run and one browser, first a page with nothing but a slider and a chart in a fragment, then the
Noise lab on 1,000 records with the shipped circuit of 8 qubits. The photos of the 1,000 records
are those of the 48 shipped ones, over and over, each with a caption of its own, so that the
encoders take less time; what is timed does not depend on it.
"""

import csv
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from qcmfm.core.clock import utc_now
from tests.browser.studio import ROOT, Visit, chromium, server

RECORDS, PRESSES = 1000, 15
LIMIT = 300
RESULT = ROOT / "tests" / "benchmarks" / "results" / "noise_page.json"
PAGE = (
    "/noise_lab?collection=thousand&model=artifacts&sweep=depolarizing"
    "&noise=depolarizing@gate:probability=0.01%2Breadout:0.02,0.02&noise=superconducting_heron"
)

BARE = """import altair, streamlit as st
@st.fragment
def show():
    value = st.slider("Strength", 0.0, 0.1, 0.01, 0.001, format="%.3f")
    rows = [{"x": n, "y": value * n} for n in range(8)]
    st.altair_chart(altair.Chart(altair.InlineData(rows)).mark_line().encode(x="x:Q", y="y:Q"))
    st.html(f"<div class='qcmfm-figures'>{value}</div>")
show()
"""

# Set `done` to a promise of the milliseconds from the next key press until the figures and, where
# there are some, the record's bars are others.
WATCH = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  const shown = () => {
    const figures = main.querySelector('.qcmfm-figures');
    const bars = main.querySelector('.st-key-wrap-conditions [style*="4.5rem"]');
    return [figures && figures.innerText, bars && bars.innerHTML];
  };
  const before = shown();
  let start = 0;
  window.addEventListener('keydown', () => { start = performance.now(); },
    { capture: true, once: true });
  window.done = new Promise(done => {
    const look = () => {
      const now = shown();
      const there = start && now[0] && now[0] !== before[0] && (!before[1] || now[1] !== before[1]);
      there ? done(performance.now() - start) : requestAnimationFrame(look);
    };
    look();
  });
}"""


def make_records(home: Path) -> None:
    """A collection of 1,000 records, whose photos are those of the shipped one."""
    shipped = ROOT / "assets" / "collections" / "artifacts"
    with (shipped / "records.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    folder = home / "collections" / "thousand"
    folder.mkdir(parents=True)
    for row in rows:
        target = folder / row["image"]
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.write_bytes((shipped / row["image"]).read_bytes())
    made = [
        row | {"record_id": f"{row['record_id']}-{n}", "caption": f"{row['caption']} Number {n}."}
        for n, row in ((n, rows[n % len(rows)]) for n in range(RECORDS))
    ]
    with (folder / "records.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(made[0]))
        writer.writeheader()
        writer.writerows(made)


def slider_times(visit: Visit, label: str, at_rest: bool) -> list[float]:
    """Milliseconds from each key press on a slider to what follows from it.

    Args:
        visit: The page.
        label: Of the slider.
        at_rest: Whether to wait until everything that fills in later is there.
    """
    times: list[float] = []
    visit.page.get_by_role("slider", name=label).first.focus()
    for _ in range(PRESSES):
        visit.page.evaluate(WATCH)
        visit.page.keyboard.press("ArrowRight")
        times.append(visit.page.evaluate("() => window.done"))
        visit.idle() if at_rest else visit.page.wait_for_timeout(250)
    return times


def told(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile, in milliseconds."""
    return {
        "median": round(float(np.median(times))),
        "p95": round(float(np.percentile(times, 95))),
    }


def measure(home: Path) -> dict:
    """Times of the bare fragment and of the Noise lab."""
    make_records(home)
    (home / "bare.py").write_text(BARE)
    with chromium() as browser:
        with server(home, str(home / "bare.py")) as address:
            visit = Visit(browser, address).open()
            slider_times(visit, "Strength", True)  # warms the browser
            visit.open()
            bare = slider_times(visit, "Strength", True)
        with server(home) as address:
            visit = Visit(browser, address)
            visit.page.goto(address + PAGE)
            visit.page.get_by_text("Keep and share").wait_for(timeout=600_000)
            visit.idle()
            label = "Depolarizing: probability"
            at_rest = slider_times(visit, label, True)
            meanwhile = slider_times(visit, label, False)
    beyond = {
        name: told(times)["median"] - told(bare)["median"]
        for name, times in (("at_rest", at_rest), ("while_it_fills_in", meanwhile))
    }
    return {
        "command": "python -m tests.benchmarks.noise_page",
        "measured_at": utc_now(),
        "records": RECORDS,
        "qubits": 8,
        "presses": PRESSES,
        "threads": os.environ.get("OMP_NUM_THREADS", ""),
        "milliseconds": {
            "bare fragment with one chart": told(bare),
            "Noise lab, everything there": told(at_rest),
            "Noise lab, while intervals fill in": told(meanwhile),
        },
        "beyond_bare_median": beyond,
        "limit": LIMIT,
        "within_limit": max(beyond.values()) <= LIMIT,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["QCMFM_HOME"] = folder
        found = measure(Path(folder))
    text = json.dumps(found, indent=2) + "\n"
    sys.stdout.write(text)
    RESULT.write_text(text)
