"""The shipped run: what its card says is what it does."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qcmfm import demo, service
from qcmfm.core import settings
from qcmfm.core.progress import finish
from qcmfm.encoders.photo import content_hash
from qcmfm.records import read_collection
from qcmfm.runs.folder import read_metrics
from qcmfm.runs.model_card import write_card
from qcmfm.runs.run import read_run

FOLDER = settings.SHIPPED_RUNS / settings.DEFAULT_RUN


def test_it_is_small_and_whole():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 20_000_000
    run = read_run(FOLDER)
    assert run.model.name() == "qcmfm" and len(run.labels) == 11
    card = (FOLDER / "README.md").read_text("utf-8")
    for figure in ("Measured on `test`", "Known weaknesses", "CC0", run.config["command"]):
        assert figure in card


@pytest.mark.parametrize("name", [settings.DEFAULT_RUN, *demo.names()])
def test_the_card_is_written_from_the_run_and_its_notes(name: str):
    """Where it is not: `python -m tests.benchmarks.cards`."""
    run = read_run(settings.SHIPPED_RUNS / name)
    assert run.config["notes"] == (settings.ASSETS / "cards" / f"{name}.md").read_text("utf-8")
    assert (settings.SHIPPED_RUNS / name / "README.md").read_text("utf-8") == write_card(run)


def test_no_caption_of_the_data_is_in_it(museum: Path):
    files = b"".join(
        path.read_bytes() for path in FOLDER.iterdir() if path.suffix != ".safetensors"
    )
    text = files.decode("utf-8").lower()
    captions = {r.caption.lower() for r in read_collection(museum).records if len(r.caption) > 40}
    assert captions and not [caption for caption in captions if caption in text]


@pytest.mark.slow
def test_the_card_s_figures_are_measured_again(museum: Path):
    collection = read_collection(museum, "caption_masked")
    labeller = service.open_labeller(settings.DEFAULT_RUN, "cpu")
    measured = finish(service.evaluate_run(labeller, collection, "test"))
    kept = json.loads((FOLDER / "metrics.json").read_text("utf-8"))["test"]
    assert measured["records"] == kept["records"] == 250
    for name in ("accuracy", "macro_f1", "nll", "ece"):
        assert measured[name]["value"] == pytest.approx(kept[name]["value"], abs=0.005)


@pytest.mark.slow
def test_unlabelled_records_get_a_complete_table(museum: Path, tmp_path: Path, home: Path):
    out = tmp_path / "holdout.csv"
    command = [sys.executable, "-m", "qcmfm", "predict", "--run", settings.DEFAULT_RUN]
    command += ["--records", str(museum), "--split", "holdout", "--out", str(out), "--json"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )
    assert json.loads(done.stdout)["labelled"] == 258
    with out.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    expected = [r.record_id for r in read_collection(museum).records if r.split == "holdout"]
    assert [row["record_id"] for row in rows] == expected
    assert all(row["label"] and not row["error"] for row in rows)
    weights = (FOLDER / "weights.safetensors").read_bytes()
    assert {row["model_sha256"] for row in rows} == {content_hash(weights)}


@pytest.mark.parametrize("name", demo.names())
def test_the_runs_for_the_built_in_collections_are_whole(name: str):
    folder = settings.SHIPPED_RUNS / name
    assert sum(path.stat().st_size for path in folder.iterdir()) < 20_000_000
    run = read_run(folder)
    assert run.model.name() == "qcmfm" and set(run.labels) == set(demo.design(name).labels)
    card = (folder / "README.md").read_text("utf-8")
    figures = ("Measured on `test`", "Where it looked on `test`", "wins here by construction")
    for figure in (*figures, run.config["command"]):
        assert figure in card
    assert (settings.ASSETS / "cards" / f"{name}.md").read_text("utf-8") in card


@pytest.mark.parametrize("name", demo.names())
def test_the_runs_label_the_shipped_records(name: str):
    """None of these was trained on: as good as on other fresh ones, as far as 48 can tell."""
    labeller = service.open_labeller(name, "cpu")
    measured = finish(service.evaluate_run(labeller, service.open_collection(name), "all"))
    kept = read_metrics(settings.SHIPPED_RUNS / name)["test"]["accuracy"]["value"]
    assert measured["records"] == 48
    assert measured["accuracy"]["value"] > kept - 3 * (kept * (1 - kept) / 48) ** 0.5
