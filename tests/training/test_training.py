"""Training on a small collection: what a run holds, that it resumes, and what is refused."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from qcmfm.core.errors import RunError, TrainingError
from qcmfm.core.progress import finish
from qcmfm.inference.predict import predict
from qcmfm.records import Collection, read_collection
from qcmfm.runs.folder import list_runs, read_splits
from qcmfm.runs.run import Run, read_run, write_run
from qcmfm.training import TrainingSettings
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection

SMALL = TrainingSettings(
    options={"n_qubits": 4, "n_layers": 1, "dim": 8, "heads": 2}, epochs=8, batch_size=16, views=2
)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return read_collection(make_collection(tmp_path / "vases"))


def trained(collection: Collection, home: Path, name: str = "run", **changes) -> Run:
    settings = TrainingSettings(**vars(SMALL) | changes)
    return finish(train(collection, cheap_cache(home / "features"), settings, home / name))


ALIGNED = {"options": {**SMALL.options, "temperature": 0.1}, "alignment": 3}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with runs that nothing interrupted, `plain` and `aligned`, for tests to read."""
    home = tmp_path_factory.mktemp("whole")
    collection = read_collection(make_collection(home / "vases"))
    trained(collection, home, "plain")
    trained(collection, home, "aligned", **ALIGNED)
    return home


@pytest.fixture
def run_folder(whole: Path, home: Path) -> Path:
    """A copy of the plain run, with the features that it was trained on."""
    shutil.copytree(whole / "features", home / "features")
    shutil.copytree(whole / "plain", home / "run")
    return home / "run"


def weights(run: Run) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in run.model.parameters()])


@pytest.mark.slow
def test_a_trained_run_knows_the_colours(collection: Collection, home: Path):
    run = trained(collection, home, epochs=30)
    predictions = finish(predict(run, collection, cheap_cache(home / "features")))
    test = [row for row in collection.records if row.split == "test"]
    said = {prediction.record_id: prediction.label for prediction in predictions}
    right = [said[record.record_id] == record.label for record in test]
    assert sum(right) >= 0.8 * len(right)


def test_a_run_is_a_folder_that_says_where_it_came_from(run_folder: Path, home: Path):
    run = read_run(run_folder)
    files = {path.name for path in (home / "run").iterdir()}
    assert files == {"weights.safetensors", "run.json", "metrics.json", "lexicon.json", "README.md"}
    config = json.loads((home / "run" / "run.json").read_text())
    assert config["labels"] == ["blue", "green", "red"]
    assert config["data"]["train_records"] == 36 and config["data"]["val_records"] == 12
    assert config["training"]["seed"] == 0 and config["parent"] is None
    assert run.metrics["val"]["records"] == 12
    assert "Its quantum circuit is simulated" in (home / "run" / "README.md").read_text()
    assert list_runs([home]) == {"run": home / "run"}


def test_the_same_seed_gives_the_same_weights_and_another_does_not(
    collection: Collection, home: Path, whole: Path
):
    first, second = trained(collection, home, "a"), read_run(whole / "plain")
    torch.testing.assert_close(weights(first), weights(second), atol=0, rtol=0)
    assert first.sha256 == second.sha256
    assert not torch.equal(weights(first), weights(trained(collection, home, "c", seed=1)))


@pytest.mark.parametrize("stage", ["Teaching words to point", "Training", "Final fit"])
def test_training_that_aligns_resumes_too_and_gives_other_weights(
    collection: Collection, home: Path, whole: Path, stage: str
):
    aligned = read_run(whole / "aligned")
    assert not torch.equal(weights(read_run(whole / "plain")), weights(aligned))
    settings = TrainingSettings(**vars(SMALL) | ALIGNED)
    work = train(collection, cheap_cache(home / "features"), settings, home / "broken")
    for event in work:
        if event.stage == stage and event.done == 2:
            work.close()
            break
    again = finish(train(collection, cheap_cache(home / "features"), settings, home / "broken"))
    torch.testing.assert_close(weights(again), weights(aligned), atol=0, rtol=0)


def test_where_words_look_is_learnt_first_and_then_left_alone(collection: Collection, home: Path):
    options = {**SMALL.options, "temperature": 0.1}
    runs = [
        trained(collection, home, f"{epochs}", options=options, alignment=2, epochs=epochs)
        for epochs in (1, 4)
    ]
    first, second = (torch.cat([p.flatten() for p in run.model.pointing()]) for run in runs)
    assert len(first) and torch.equal(first, second)
    assert not torch.equal(weights(runs[0]), weights(runs[1]))
    plain = trained(collection, home, "plain", model="concat", options={}, alignment=2, epochs=1)
    assert not plain.model.pointing()


@pytest.mark.parametrize("stop_after", [1, 5, 8])
def test_interrupted_training_ends_as_if_nothing_had_happened(
    collection: Collection, home: Path, whole: Path, stop_after: int
):
    work = train(collection, cheap_cache(home / "features"), SMALL, home / "broken")
    for event in work:
        if event.stage == "Training" and event.done == stop_after:
            break
    work.close()
    assert not (home / "broken").exists()
    events = []
    resumed = finish(
        train(collection, cheap_cache(home / "features"), SMALL, home / "broken"), events.append
    )
    assert [e.done for e in events if e.stage == "Training"] == list(range(stop_after + 1, 9))
    torch.testing.assert_close(weights(resumed), weights(read_run(whole / "plain")), atol=0, rtol=0)


def test_a_checkpoint_of_other_settings_is_not_taken_up(collection: Collection, home: Path):
    work = train(collection, cheap_cache(home / "features"), SMALL, home / "run")
    next(event for event in work if event.stage == "Training")
    work.close()
    fresh = trained(collection, home, "other", seed=4)
    torch.testing.assert_close(
        weights(trained(collection, home, "run", seed=4)), weights(fresh), atol=0, rtol=0
    )


def test_a_checkpoint_of_other_encoders_is_not_taken_up(collection: Collection, home: Path):
    work = train(collection, cheap_cache(home / "features"), SMALL, home / "run")
    next(event for event in work if event.stage == "Training")
    work.close()
    cache = cheap_cache(home / "features")
    cache.encoders.image.id = "cheap-image-2"
    events = []
    finish(train(collection, cache, SMALL, home / "run"), events.append)
    assert next(e.done for e in events if e.stage == "Training") == 1


def test_two_trainings_do_not_write_one_run(collection: Collection, home: Path):
    first = train(collection, cheap_cache(home / "features"), SMALL, home / "run")
    next(first)
    with pytest.raises(TrainingError, match="Another training"):
        trained(collection, home)
    finish(first)
    assert sorted(path.name for path in home.iterdir()) == ["features", "run"]


def test_a_wrong_option_is_told_before_anything_is_encoded(collection: Collection, home: Path):
    cache = cheap_cache(home / "features")
    with pytest.raises(TrainingError, match="4 to 10"):
        finish(train(collection, cache, TrainingSettings(options={"n_qubits": 99}), home / "run"))
    assert cache.encoders.image.seen == 0  # pyright: ignore
    with pytest.raises(TrainingError, match="seed"):
        TrainingSettings(seed=-1)


def test_the_second_training_touches_no_encoder(
    collection: Collection, run_folder: Path, home: Path
):
    cache = cheap_cache(home / "features")
    finish(train(collection, cache, SMALL, home / "second"))
    assert (cache.encoders.image.seen, cache.encoders.text.seen) == (0, 0)  # pyright: ignore


def test_splits_are_made_where_there_are_none_and_kept(tmp_path: Path, home: Path):
    file = make_collection(tmp_path / "vases")
    collection = read_collection(file)
    header = file.read_text().splitlines()[0]
    assert "split" in header
    text = file.read_text()
    for name in ("train", "val", "test"):
        text = text.replace(f",{name},", ",,")
    file.write_text(text)
    collection = read_collection(file)
    trained(collection, home)
    made = read_splits(home / "run", collection)
    assert set(made) == {record.record_id for record in collection.records}
    assert set(made.values()) == {"train", "val", "test"}
    other = Collection(collection.folder, collection.columns, collection.rows[:30])
    assert read_splits(home / "run", other) == {}


def test_what_cannot_be_trained_is_refused(collection: Collection, run_folder: Path, home: Path):
    with pytest.raises(TrainingError, match="exists already"):
        trained(collection, home)
    with pytest.raises(TrainingError, match="epochs"):
        TrainingSettings(epochs=0)
    red = [row for row in collection.rows if row.record and row.record.label == "red"]
    with pytest.raises(TrainingError, match="two labels"):
        trained(Collection(collection.folder, collection.columns, red), home, "red")


@pytest.mark.parametrize("name", ["weights.safetensors", "lexicon.json", "run.json"])
def test_a_damaged_run_is_refused_with_a_sentence(run_folder: Path, name: str):
    file = run_folder / name
    file.write_bytes(file.read_bytes()[:-20] + b"x" * 20)
    with pytest.raises(RunError, match="run"):
        read_run(run_folder)
    file.unlink()
    with pytest.raises(RunError):
        read_run(run_folder)


def test_a_run_of_a_later_program_is_refused(run_folder: Path, home: Path):
    write_run(read_run(run_folder), home / "later", "card")
    config = json.loads((home / "later" / "run.json").read_text())
    (home / "later" / "run.json").write_text(json.dumps(config | {"format": 99}))
    with pytest.raises(RunError, match="Update"):
        read_run(home / "later")
