"""Training on what was decided, before and after, adopting."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from qcmfm import service
from qcmfm.core import settings
from qcmfm.core.errors import RunError, TrainingError
from qcmfm.core.progress import finish
from qcmfm.encoders.features import FeatureCache
from qcmfm.records import Collection, Record, read_collection, write_collection
from qcmfm.review.choice import Choice
from qcmfm.review.review import open_review
from qcmfm.runs.adoption import adoptions
from qcmfm.runs.folder import read_config
from qcmfm.runs.run import read_run
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection
from tests.training.test_training import SMALL


@pytest.fixture
def cache(home: Path) -> FeatureCache:
    return cheap_cache(home / "features")


@pytest.fixture
def vases(home: Path) -> Path:
    """A collection in the workspace, half of whose training labels are wrong."""
    file = make_collection(home / "collections" / "vases", 90)

    def mistaken(record: Record) -> Record:
        wrong = record.split == "train" and int(record.record_id[1:]) % 2
        return record.changed(label="red") if wrong else record

    change(file, mistaken)
    return file


def change(file: Path, changed: Callable[[Record], Record]) -> None:
    """Write a collection anew with records that are changed."""
    records = [changed(record) for record in read_collection(file).records]
    write_collection(Collection.from_records(file.parent, records), file)


def correct_all(file: Path) -> int:
    """Review every training record rightly; returns how many labels changed."""
    review, colours = open_review("vases"), ("red", "green", "blue")
    choices = [
        Choice(record.record_id, "correct", colours[int(record.record_id[1:]) % 3])
        for record in read_collection(file).records
        if record.split == "train"
    ]
    review.decide(choices, "Ada", colours)
    wrong = {r.record_id: r.label for r in read_collection(file).records}
    return sum(wrong[choice.record_id] != choice.label for choice in choices)


def test_training_from_nothing_and_again_on_corrected_labels(vases: Path, cache: FeatureCache):
    first = finish(service.retrain("vases", chosen=SMALL, cache=cache))
    assert (first.run, first.parent, first.decided, first.before) == ("vases-1", "", 0, None)
    changed = correct_all(vases)
    second = finish(service.retrain("vases", first.run, cache=cache))
    assert (second.run, second.parent, second.changed) == ("vases-2", "vases-1", changed)
    assert first.after and second.before and second.after and second.difference
    assert second.before["value"] == first.after["value"]
    gain = second.after["value"] - second.before["value"]
    assert second.difference["value"] == pytest.approx(gain)
    assert gain > 0.2, "right labels teach more than wrong ones"
    assert second.difference["low"] > 0
    assert service.run_comparison("vases-2") == second
    config = read_config(settings.runs_folder() / "vases-2")
    assert config["parent"] == "vases-1" and config["started_from"] is None
    assert config["decisions"] == {"decided": second.decided, "changed": changed}
    assert read_config(settings.runs_folder() / "vases-1")["parent"] is None
    card = (settings.runs_folder() / "vases-2" / "README.md").read_text("utf-8")
    assert "Measured on `test`" in card and "Trained anew, as vases-1 was" in card


@pytest.mark.slow
def test_a_small_collection_goes_on_from_what_the_parent_knows(
    home: Path, tmp_path: Path, cache: FeatureCache
):
    big = read_collection(make_collection(tmp_path / "big", 90))
    finish(train(big, cache, SMALL, settings.runs_folder() / "parent"))
    file = make_collection(home / "collections" / "few", 30, seed=5)
    # The parent has never heard of indigo.
    change(file, lambda record: record.changed(label=record.label.replace("blue", "indigo")))
    found = finish(service.retrain("few", "parent", cache=cache))
    child = read_run(settings.runs_folder() / found.run)
    assert child.labels == ["blue", "green", "red", "indigo"]
    assert child.config["started_from"] == "parent"
    assert child.lexicon.terms == read_run(settings.runs_folder() / "parent").lexicon.terms
    assert found.before and found.difference and found.difference["value"] > 0
    grandchild = finish(service.retrain("few", found.run, cache=cache))
    config = read_config(settings.runs_folder() / grandchild.run)
    assert config["started_from"] == "parent", "wrong labels of the child leave no trace"


@pytest.mark.slow
def test_test_records_stay_test_when_records_are_added(home: Path, cache: FeatureCache):
    file = make_collection(home / "collections" / "vases", 90)
    change(file, lambda record: record.changed(split=""))
    first = finish(service.retrain("vases", chosen=SMALL, cache=cache))
    folder = settings.runs_folder() / first.run
    made = json.loads((folder / "splits.json").read_text())["splits"]
    more = read_collection(make_collection(home / "more", 30, seed=7)).records
    added = [r.changed(record_id=f"n{r.record_id}", image="", split="") for r in more]
    both = [*read_collection(file).records, *(r for r in added if r.caption)]
    write_collection(Collection.from_records(file.parent, both), file)
    second = finish(service.retrain("vases", first.run, cache=cache))
    assert second.records == first.records == sum(split == "test" for split in made.values())
    config = read_config(settings.runs_folder() / second.run)
    before = read_config(folder)["data"]
    new = sum(bool(r.caption) for r in added)
    assert config["data"]["train_records"] == before["train_records"] + new
    assert config["data"]["val_records"] == before["val_records"]


def test_adopting_and_the_way_back(vases: Path, cache: FeatureCache):
    assert service.adopted_run("vases") == ""
    for number in (1, 2):
        run = finish(service.retrain("vases", chosen=SMALL, cache=cache)).run
        service.adopt_run("vases", run, "Ada")
        assert service.adopted_run("vases") == f"vases-{number}"
    assert service.base_run("vases", ["red"]) == "vases-2"
    service.adopt_run("vases", "vases-1", "Bo")
    assert service.adopted_run("vases") == "vases-1"
    assert [(each.run, each.by) for each in adoptions("vases")] == [
        ("vases-1", "Ada"), ("vases-2", "Ada"), ("vases-1", "Bo"),
    ]  # fmt: skip
    with pytest.raises(RunError, match="no run 'other'"):
        service.adopt_run("vases", "other", "Ada")


def test_a_damaged_file_of_adoptions_is_said(home: Path):
    (home / "adopted.json").write_text('{"vases": [{"run": "x"')
    with pytest.raises(RunError, match=r"adopted\.json"):
        service.adopted_run("vases")


def test_too_few_labels_are_said_before_any_work(home: Path, cache: FeatureCache):
    file = make_collection(home / "collections" / "vases", 30)
    change(file, lambda record: record.changed(label=""))
    with pytest.raises(TrainingError, match=r"0 different label"):
        finish(service.retrain("vases", cache=cache))
