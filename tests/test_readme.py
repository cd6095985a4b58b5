"""The README says what is true: its commands, and the figures of the committed results."""

import json
from pathlib import Path

from qcmfm import settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_ci_runs_the_second_command():
    commands = [block.split("```")[0].strip() for block in README.split("```bash")[1:]]
    assert commands[0].endswith("streamlit run app.py")
    assert (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1] == commands[1]


def test_the_figures_are_those_of_the_committed_results():
    found = json.loads(settings.STUDY.read_text("utf-8"))
    names = {
        "QCMFM (simulated quantum)": "qcmfm",
        "photo and caption, late fusion": "late_fusion",
        "caption alone, TF-IDF": "tfidf_logistic",
        "photo alone": "image_logistic",
    }
    for words, name in names.items():
        cells = [
            f"{a['value']:.3f} ({a['low']:.3f} to {a['high']:.3f})"
            for a in (found[what]["accuracy"][name] for what in ("test", "cv"))
        ]
        assert f"| {words} | {' | '.join(cells)} |" in README
    for what in ("test", "cv"):
        gap = found[what]["qcmfm_minus"]["late_fusion"]
        sentence = f"{gap['value']:+.3f} ({gap['low']:+.3f} to {gap['high']:+.3f})"
        assert sentence in README
