"""Labelling on Ray gives what one process gives, also when a worker is killed in the middle."""

import csv
import functools
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import ray

from qcmfm import service
from qcmfm.core import settings
from qcmfm.core.errors import ClusterError, RecordsError
from qcmfm.core.progress import finish
from qcmfm.encoders.features import Encoders
from qcmfm.inference import record_parts as parts_module
from qcmfm.inference.predict import predict
from qcmfm.inference.prediction import Prediction, write_predictions
from qcmfm.inference.ray_labelling import label_on_ray, on_cluster
from qcmfm.inference.record_parts import Parts, SeenIds
from qcmfm.records import read_collection
from qcmfm.runs.run import Run, read_run
from qcmfm.service import open_labeller
from qcmfm.training import TrainingSettings
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection

ROWS = 200


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """A Ray on this machine, for all tests of the file."""
    with on_cluster():
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run, trained on cheap features."""
    folder = tmp_path_factory.mktemp("run")
    options = {"n_qubits": "4", "n_layers": "1", "dim": "8"}
    chosen = TrainingSettings(model="qcmfm", epochs=4, options=options)
    collection = read_collection(make_collection(folder / "teaching", 90))
    finish(train(collection, cheap_cache(folder / "features"), chosen, folder / "vases"))
    return folder / "vases"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Records with what museums' tables have: broken rows, an id twice, photos that are missing."""
    file = make_collection(tmp_path / "vases", ROWS, seed=1)
    with file.open("a", encoding="utf-8", newline="") as handle:
        handle.write('r3,,"Again, number 3",red,,,M1\r\n,,No id,,,,\r\nshort,row\r\n')
        handle.write('gone,images/gone.png,"A vase, its photo gone",,,,\r\nempty,,,,,,\r\n')
        handle.write(
            'broken,images/broken.png,,,test,,\r\nlast,,"Ends ""well""\nbelow",,test,,\r\n'
        )
    (file.parent / "images" / "broken.png").write_bytes(b"no picture")
    return file


def open_cheap(run: Path, features: Path, started: Path) -> tuple[Run, Encoders]:
    """Loads the run in a worker, and leaves its process id and what its idle threads do."""
    (started / str(os.getpid())).write_text(os.environ["OMP_WAIT_POLICY"])
    return read_run(run), cheap_cache(features).encoders


def local(run: Run, records: Path, out: Path, features: Path) -> list[Prediction]:
    said = finish(predict(run, read_collection(records), cheap_cache(features)))
    write_predictions(said, out)
    return said


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def check_alike(found: list[dict[str, str]], wanted: list[dict[str, str]]) -> None:
    """The same labels and messages, and probabilities within a thousandth."""
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        numbers = {name for name in other if name.startswith(("prob", "confidence"))}
        for name in other.keys() - numbers - {"predicted_at"}:
            assert one[name] == other[name], (one["record_id"], name)
        for name in numbers:
            assert abs(float(one[name] or 0) - float(other[name] or 0)) <= 1e-3


@pytest.mark.slow
def test_a_killed_worker_changes_nothing(
    cluster: None, run: Path, records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(parts_module, "SIZE", 8)
    started = tmp_path / "started"
    started.mkdir()
    opening = functools.partial(open_cheap, run, settings.features_folder(), started)
    out = tmp_path / "labels.csv"
    killed: list[int] = []
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")  # which the cluster was not started with
    work = label_on_ray(run, records, out, opening)
    while True:
        try:
            event = next(work)
        except StopIteration as stop:
            told = stop.value
            break
        if event.stage == "Labelling records" and event.done and not killed:
            assert event.done < event.total / 2  # there is much left to do
            there = sorted(started.iterdir(), key=lambda file: file.stat().st_mtime_ns)
            killed = [int(file.name) for file in there]
            os.kill(killed[0], signal.SIGKILL)  # the first, which has work in hand
    assert killed and len(list(started.iterdir())) > len(killed)  # another took its place
    assert {file.read_text() for file in started.iterdir()} == {"ACTIVE"}
    said = local(read_run(run), records, tmp_path / "local.csv", tmp_path / "apart")
    assert told.rows == len(said) == ROWS + 7
    assert told.labelled == sum(bool(one.ranked) for one in said)
    check_alike(table(out), table(tmp_path / "local.csv"))
    assert not out.with_name("labels.csv.parts").exists()


@pytest.mark.slow
def test_the_built_in_collection_as_one_process_labels_it(cluster: None, tmp_path: Path):
    run = settings.SHIPPED_RUNS / "artifacts"
    records = settings.SHIPPED_COLLECTIONS / "artifacts"
    out = tmp_path / "ray.csv"
    told = finish(service.label_on_ray(str(run), records, out, device="cpu"))
    labeller = open_labeller(str(run), "cpu")
    collection = read_collection(records)
    apart = parts_module.FeatureCache(labeller.cache.encoders, tmp_path / "apart")
    write_predictions(finish(predict(labeller.run, collection, apart)), tmp_path / "local.csv")
    check_alike(table(out), table(tmp_path / "local.csv"))
    assert told.labelled == told.rows == len(collection.records)
    assert told.model_sha256 == labeller.run.sha256
    # What the workers computed is there for everybody: nothing is left to encode.
    events = list(labeller.cache.encode(collection))
    assert not [event for event in events if event.stage.startswith(("Looking", "Reading"))]


def test_what_was_labelled_before_a_stop_is_kept(
    run: Path, records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(parts_module, "SIZE", 50)
    loaded, encoders = read_run(run), cheap_cache(tmp_path / "none").encoders
    parts = Parts(tmp_path / "parts")
    count, rows = finish(parts.cut(records))
    assert (count, rows) == (5, ROWS + 7)
    for number in range(2):
        parts.label(number, loaded, encoders, tmp_path / "features")
    seen = encoders.image.seen  # pyright: ignore[reportAttributeAccessIssue]
    assert finish(parts.cut(records)) == (count, rows)  # the command is given again
    for number in range(2):
        assert parts.label(number, loaded, encoders, tmp_path / "features") == 50
    assert encoders.image.seen == seen  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ClusterError, match="changed"):
        list(parts.labelled(count, loaded.version))
    for number in range(2, count):
        parts.label(number, loaded, encoders, tmp_path / "features")
    said = list(parts.labelled(count, loaded.version))
    wanted = local(loaded, records, tmp_path / "local.csv", tmp_path / "apart")
    assert [(s.record_id, s.label, s.error) for s in said] == [
        (s.record_id, s.label, s.error) for s in wanted
    ]


def test_a_split_alone_and_none_of_it(run: Path, records: Path, tmp_path: Path):
    parts = Parts(tmp_path / "parts")
    count, rows = finish(parts.cut(records, split="test"))
    tests = [r for r in read_collection(records).records if r.split == "test"]
    assert [row.record_id for row in parts.read(0).rows] == [r.record_id for r in tests]
    assert (count, rows) == (1, len(tests))
    with pytest.raises(RecordsError, match="'elsewhere'"):
        finish(service.label_on_ray(str(run), records, tmp_path / "out.csv", split="elsewhere"))


def test_ids_are_remembered_on_the_disk(tmp_path: Path):
    with SeenIds(tmp_path / "ids.sqlite") as seen:
        seen.update({"one": 2, "été": 3, "": 4})
        assert seen["été"] == 3 and "two" not in seen and len(seen) == 3
        del seen["one"]
        assert set(seen) == {"été", ""}
    assert not (tmp_path / "ids.sqlite").exists()


def test_a_cluster_that_is_not_there_is_an_error_in_words(run: Path, records: Path, tmp_path: Path):
    ray.shutdown()
    began = time.monotonic()
    with pytest.raises(ClusterError, match="no Ray cluster at"):
        finish(service.label_on_ray(str(run), records, tmp_path / "out.csv", address="127.0.0.1:1"))
    assert time.monotonic() - began < 30
