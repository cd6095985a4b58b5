"""An annotator's morning: 200 decisions by keyboard, half on a desktop and half on a tablet.

`python -m tests.benchmarks.annotator [decisions]` presses the keys in a real browser, reads the
review log, writes to `tests/benchmarks/results/annotator.json` how long each took until the next
record stood there. Every press must have become one row, and every row be of another record.
"""

import datetime
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qcmfm.review.decision import Decision
from qcmfm.review.log import ReviewLog
from tests.benchmarks.review_page import key_times
from tests.browser.studio import DESKTOP, ROOT, TABLET, Visit, chromium, server
from tests.browser.vases import draw_vases, pretend_labelled

DECISIONS = 200
RESULT = ROOT / "tests" / "benchmarks" / "results" / "annotator.json"
DECIDING = "aa2u3"
"""Keys that are pressed in turn: what an annotator does, accepting most."""

_SAYS = {"a": "accept", "u": "unsure"} | dict.fromkeys("123456789", "correct")


def assert_kept(rows: Sequence[Decision], keys: str) -> None:
    """Each key is one decision on a record of its own, in order."""
    assert [row.decision for row in rows] == [_SAYS[key] for key in keys]
    assert len({row.record_id for row in rows}) == len(keys)


def annotate(visit: Visit, home: Path, count: int, name: str) -> dict[str, float]:
    """Decide on so many records of a collection of its own."""
    draw_vases(home, count + 5, side=300, name=name)
    pretend_labelled(name)
    visit.open(f"/review?collection={name}&status=open").type("Your name", "Ada")
    keys = (DECIDING * count)[:count]
    times = key_times(visit.idle(), keys)
    rows = ReviewLog(home / "review" / f"{name}.csv").decisions
    assert_kept(rows, keys)
    return {
        "rows": len(rows),
        "median_ms": round(float(np.median(times))),
        "p95_ms": round(float(np.percentile(times, 95))),
        "slowest_ms": round(max(times)),
    }


def main(count: int) -> None:
    """Decide on both sizes of screen and write down what came of it."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        os.environ["QCMFM_HOME"] = folder
        with server(Path(folder)) as address:
            for name, size in (("desktop", DESKTOP), ("tablet", TABLET)):
                visit = Visit(browser, address, size)
                found[name] = annotate(visit, Path(folder), count // 2, f"vases-{name}")
                visit.leave()
    told = {
        "command": f"python -m tests.benchmarks.annotator {count}",
        "date": datetime.date.today().isoformat(),
        "decisions": count,
        "screens": found,
    }
    text = json.dumps(told, indent=1) + "\n"
    sys.stdout.write(text)
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(int((sys.argv[1:] or [DECISIONS])[0]))
