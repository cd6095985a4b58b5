"""The README says what is true: its commands, and the figures of the committed results."""

import json
import re
from pathlib import Path

from qcmfm.core import settings
from qcmfm.encoders.photo import content_hash
from tests.browser.pictures import MOST, SHOWN

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
WORDS = " ".join(README.split())


def test_ci_runs_the_second_command():
    commands = [block.split("```")[0].strip() for block in README.split("```bash")[1:]]
    assert commands[0].endswith("streamlit run app.py")
    assert (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1] == commands[1]


def test_the_pictures_that_the_readme_shows_are_there():
    for line in README.splitlines():
        for part in line.split("](")[1:]:
            target = part.split(")")[0]
            assert "//" in target or (ROOT / target).is_file(), target


def test_the_pictures_of_the_app_are_small_and_told_in_words():
    shown = re.findall(r"!\[([^\]]*)\]\(assets/pictures/(\w+)\.webp\)", README)
    assert {name for _, name in shown} == set(SHOWN)
    assert all(len(alt) > 40 for alt, _ in shown)
    for name in SHOWN:
        assert (ROOT / "assets" / "pictures" / f"{name}.webp").stat().st_size < MOST


def test_what_is_said_of_attention_is_what_was_measured():
    for name in ("artifacts", "textiles"):
        metrics = json.loads((settings.SHIPPED_RUNS / name / "metrics.json").read_text("utf-8"))
        for figure in ("pointing", "mass"):
            found = metrics["test"]["grounding"][figure]
            cells = [
                f"{found[which]['value']:.3f} "
                f"({found[which]['low']:.3f} to {found[which]['high']:.3f})"
                for which in ("attention", "chance", "centre")
            ]
            assert f"| {name}, {figure} | {' | '.join(cells)} |" in README


def test_what_hiding_does_is_what_was_measured():
    results = ROOT / "tests" / "benchmarks" / "results" / "faithfulness.json"
    runs = json.loads(results.read_text("utf-8"))["runs"]
    assert set(runs) == {"museum_materials", "artifacts", "textiles"}
    for name, found in runs.items():
        weights = (settings.SHIPPED_RUNS / name / "weights.safetensors").read_bytes()
        assert found["run_sha256"] == content_hash(weights)
        gap = found["difference"]
        assert gap["low"] > 0
        said = f"{gap['value']:+.3f} ({gap['low']:+.3f} to {gap['high']:+.3f}) on {name}"
        assert said in WORDS


def test_how_often_sets_of_labels_hold_the_true_one_is_what_was_measured():
    results = ROOT / "tests" / "benchmarks" / "results" / "evidence.json"
    measured = json.loads(results.read_text("utf-8"))["coverage"]
    found = {name: measured[name] for name in ("artifacts", "textiles") if name in measured}
    assert found
    for name, of_run in found.items():
        weights = (settings.SHIPPED_RUNS / name / "weights.safetensors").read_bytes()
        assert of_run["run_sha256"] == content_hash(weights)
        (row,) = (row for row in of_run["rates"] if row["asked"] == 0.9)
        held = row["coverage"]
        said = f"{held['value']:.3f} ({held['low']:.3f} to {held['high']:.3f})"
        assert f"{said} of {row['records']:,} fresh {name}" in WORDS


def test_the_speeds_are_those_of_the_committed_results():
    results = ROOT / "tests" / "benchmarks" / "results" / "quantum_engine_noiseless.json"
    found = json.loads(results.read_text("utf-8"))["cases"]
    for what in ("forward", "forward + backward", "inference"):
        others = [found[f"n={n}, <Z>, batch 256"][what]["others"] for n in (6, 8, 10)]
        cells = [
            f"{other['PennyLane default.qubit']['ratio']:.0f} / "
            f"{other['tensorcircuit-ng, jax']['ratio']:.1f}"
            for other in others
        ]
        assert f"| {what} | {' | '.join(cells)} |" in README


def test_the_figures_of_clean_up_are_those_of_the_label_flips():
    file = ROOT / "tests" / "benchmarks" / "results" / "label_flips.json"
    found = json.loads(file.read_text("utf-8"))["summary"]
    for name in ("precision_clean_up", "precision_confidence", "lost_by_flips", "won_back"):
        a = found[name]
        assert f"{a['value']:.3f} ({a['low']:.3f} to {a['high']:.3f})" in WORDS
