"""A run's calibration: it is kept beside the weights, belongs to them, and is in predictions."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from qcmfm import service
from qcmfm.core.errors import RunError
from qcmfm.core.progress import finish
from qcmfm.encoders.batch import Batch
from qcmfm.inference.predict import predict
from qcmfm.inference.prediction import table_row
from qcmfm.inference.prediction_cache import fingerprint
from qcmfm.records import Collection, Record, read_collection
from qcmfm.runs.calibration import ANSWERS, NEIGHBOURS, read_calibration
from qcmfm.runs.folder import run_version
from qcmfm.runs.neighbours import TrainingNeighbours, read_neighbours, write_neighbours
from qcmfm.runs.run import read_run
from qcmfm.service.labelling import Labeller
from qcmfm.training import TrainingSettings
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection

SMALL = TrainingSettings(
    options={"n_qubits": 4, "n_layers": 1, "dim": 8, "heads": 2}, epochs=10, batch_size=16, views=1
)


def labeller_in(home: Path) -> Labeller:
    """Who labels with the run of a workspace."""
    folder = home / "runs" / "vases"
    return Labeller(read_run(folder), cheap_cache(home / "features"), folder)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return read_collection(make_collection(tmp_path_factory.mktemp("records") / "vases"))


@pytest.fixture(scope="module")
def trained(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a run, for every test to copy."""
    home = tmp_path_factory.mktemp("trained")
    finish(train(collection, cheap_cache(home / "features"), SMALL, home / "runs" / "vases"))
    return home


@pytest.fixture(scope="module")
def measured(
    trained: Path, collection: Collection, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same with the run calibrated."""
    home = tmp_path_factory.mktemp("measured")
    shutil.copytree(trained, home, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QCMFM_HOME", str(home))
        finish(service.calibrate_run(labeller_in(home), collection))
    return home


@pytest.fixture
def labeller(trained: Path, home: Path) -> Labeller:
    shutil.copytree(trained, home, dirs_exist_ok=True)
    return labeller_in(home)


@pytest.fixture
def calibrated(measured: Path, home: Path) -> Labeller:
    shutil.copytree(measured, home, dirs_exist_ok=True)
    return labeller_in(home)


def test_what_is_calibrated_is_kept_and_read(collection: Collection, labeller: Labeller):
    before = run_version(labeller.folder)
    said = finish(service.calibrate_run(labeller, collection))
    assert said["records"] == 48 and [row["asked"] for row in said["test"]] == [0.95, 0.9, 0.8]
    run = read_run(labeller.folder)
    assert run.calibration is not None and run.version == run_version(labeller.folder) != before
    assert run.calibration.measured["test"] == said["test"]
    trained = {r.record_id for r in collection.records if r.split in ("train", "val")}
    assert set(run.calibration.record_ids) == trained
    assert (run.calibration.probabilities.argmax(1) == run.calibration.truth).mean() > 0.6
    files = {path.name for path in labeller.folder.iterdir()}
    assert {ANSWERS, NEIGHBOURS} < files
    assert not list(labeller.folder.parent.glob(".*calibration*"))


def test_a_prediction_says_what_cannot_be_ruled_out_and_whether_it_is_in_scope(
    collection: Collection, calibrated: Labeller
):
    run = read_run(calibrated.folder)
    assert run.calibration is not None
    for said in finish(predict(run, collection, calibrated.cache)):
        probability = dict(said.ranked)
        found = np.array([probability[label] for label in run.labels])
        assert said.label_set == run.calibration.predicted_labels(found)
        assert said.in_scope == ("yes" if (said.unusualness or 0) <= 1 else "no")
        row = table_row(said)
        assert row["in_scope"] == said.in_scope and row["conformal_set"] == said.conformal_set
    record = collection.records[0]
    submission = service.record_submission(collection, record)
    alone = service.label_submission(replace(calibrated, run=run), submission).prediction
    kept = finish(predict(run, collection, calibrated.cache))[0]
    assert alone.conformal_set == kept.conformal_set
    assert alone.unusualness == pytest.approx(kept.unusualness, abs=1e-3)


def test_a_run_without_calibration_says_nothing_of_it(collection: Collection, labeller: Labeller):
    said = finish(predict(labeller.run, collection, labeller.cache))[0]
    assert (said.conformal_set, said.label_set, said.in_scope) == ("", None, "")
    assert said.unusualness is None


def test_calibrating_anew_makes_kept_predictions_stale(
    collection: Collection, trained: Path, calibrated: Labeller
):
    before = fingerprint(collection, run_version(trained / "runs" / "vases"))
    assert fingerprint(collection, run_version(calibrated.folder)) != before


def test_a_calibration_of_other_weights_counts_for_nothing(
    collection: Collection, calibrated: Labeller
):
    assert read_calibration(calibrated.folder, "ab" * 32) is None
    assert read_calibration(calibrated.folder, calibrated.run.sha256) is not None


@pytest.mark.parametrize("name", [ANSWERS, NEIGHBOURS])
def test_a_damaged_file_is_told(collection: Collection, calibrated: Labeller, name: str):
    file = calibrated.folder / name
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(RunError, match=r"cannot be read.*[Cc]alibrate"):
        read_run(calibrated.folder)


def test_other_records_are_refused(labeller: Labeller, tmp_path: Path):
    other = read_collection(make_collection(tmp_path / "fewer", size=50))
    with pytest.raises(RunError, match="was trained on 48 records"):
        finish(service.calibrate_run(labeller, other))
    assert not (labeller.folder / ANSWERS).exists()


def test_no_caption_is_kept(collection: Collection, calibrated: Labeller):
    kept = b"".join((calibrated.folder / name).read_bytes() for name in (ANSWERS, NEIGHBOURS))
    assert b"A vase in" not in kept


def features(images: np.ndarray, captions: np.ndarray | None = None) -> Batch:
    count, dim = images.shape
    text = np.zeros((count, 4)) if captions is None else captions
    has_text = torch.full((count,), captions is not None)
    return Batch(
        torch.zeros(count, 1, dim), torch.tensor(images).float(), torch.ones(count).bool(),
        torch.zeros(count, 1, text.shape[1]), has_text[:, None].clone(), torch.tensor(text).float(),
        torch.zeros(count, 0), has_text,
    )  # fmt: skip


def clustered(count: int, seed: int, dim: int = 40) -> np.ndarray:
    chance = np.random.default_rng(seed)
    middle = np.random.default_rng(99).normal(size=(3, dim)) * 3
    return middle[np.arange(count) % 3] + chance.normal(size=(count, dim))


def reference(count: int = 240) -> TrainingNeighbours:
    records = [
        Record(f"r{n}", label=f"l{n % 3}", cells={"source_url": f"u{n}"}) for n in range(count)
    ]
    return TrainingNeighbours.of(records, [features(clustered(count, 0), clustered(count, 7, 4))])


def test_one_in_twenty_fresh_records_is_unusual_and_strange_ones_are():
    known = reference()
    fresh = features(clustered(2000, 1), clustered(2000, 8, 4))
    assert (known.unusualness(fresh) > 1).mean() == pytest.approx(0.05, abs=0.035)
    strange = np.random.default_rng(5).normal(size=(200, 40)) * 3
    assert (known.unusualness(features(strange, clustered(200, 9, 4))) > 1).mean() > 0.9
    assert (known.unusualness(features(strange)) > 1).mean() > 0.95


def test_the_nearest_record_of_a_training_record_is_itself():
    known = reference()
    found = known.nearest(features(clustered(240, 0), clustered(240, 7, 4)), 3)
    assert [near[0].record.record_id for near in found] == [f"r{n}" for n in range(240)]
    assert found[5][0].similarity == pytest.approx(1, abs=1e-3)
    assert found[5][0].record.link == "u5"
    assert all(near[0].similarity >= near[1].similarity >= near[2].similarity for near in found)


def test_what_is_remembered_comes_back_the_same(tmp_path: Path):
    known = reference()
    write_neighbours(known, tmp_path / NEIGHBOURS)
    again = read_neighbours(tmp_path / NEIGHBOURS)
    fresh = features(clustered(50, 3), clustered(50, 4, 4))
    np.testing.assert_allclose(again.unusualness(fresh), known.unusualness(fresh), atol=5e-3)
    assert list(again.records) == list(known.records)
    text = json.dumps([near.similarity for near in again.nearest(fresh)[0]])
    assert "NaN" not in text


def test_a_collection_with_the_same_ids_and_other_labels_is_another():
    found = reference()
    labels = {record.record_id: record.label for record in found.records}
    few = dict(list(labels.items())[: len(labels) // 2])
    corrected = {
        key: "other" if n % 8 == 0 else label for n, (key, label) in enumerate(labels.items())
    }
    assert found.are_of(labels) and found.are_of(corrected)
    assert not found.are_of(few) and not found.are_of({})
    assert not found.are_of(dict.fromkeys(labels, "other"))
