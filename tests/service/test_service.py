"""The verbs behind pages and command line, on the cheap encoders."""

import csv
import io
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qcmfm import service
from qcmfm.core import settings
from qcmfm.core.errors import PhotoError, RecordsError, RunError
from qcmfm.core.progress import finish
from qcmfm.inference.predict import predict
from qcmfm.records import read_collection
from qcmfm.runs.run import read_run
from qcmfm.service import Labeller, Submission
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection
from tests.processes import FORKING
from tests.training.test_training import SMALL


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records, features and a run of them, for every test to copy."""
    folder = tmp_path_factory.mktemp("trained")
    collection = read_collection(make_collection(folder / "train"))
    cache = cheap_cache(folder / "home" / "features")
    small = replace(SMALL, epochs=30)
    finish(train(collection, cache, small, folder / "home" / "runs" / "vases"))
    return folder


@pytest.fixture
def labeller(trained: Path, tmp_path: Path, home: Path) -> Labeller:
    shutil.copytree(trained / "train", tmp_path / "train")
    shutil.copytree(trained / "home", home, dirs_exist_ok=True)
    folder = home / "runs" / "vases"
    return Labeller(read_run(folder), cheap_cache(home / "features"), folder)


def test_the_page_and_the_file_say_the_same(labeller: Labeller, tmp_path: Path):
    collection = read_collection(tmp_path / "train")
    predictions = finish(predict(labeller.run, collection, labeller.cache))
    for record, expected in list(zip(collection.records, predictions, strict=True))[:10]:
        path = collection.image_path(record)
        submission = Submission(path.read_bytes() if path else b"", record.caption)
        found = service.label_submission(labeller, submission)
        assert found.prediction.label == expected.label
        assert found.prediction.confidence == pytest.approx(expected.confidence, abs=1e-5)


def test_a_label_comes_with_its_words_and_attention(labeller: Labeller, tmp_path: Path):
    photo = (tmp_path / "train" / "images" / "0.png").read_bytes()
    found = service.label_submission(labeller, Submission(photo, "A red vase"))
    assert found.words == [(0, 1), (2, 5), (6, 10)]
    assert found.attention is not None
    assert found.attention.word_to_region.shape == (1, 2, 3, 4)


def test_what_cannot_be_labelled_is_said(labeller: Labeller):
    with pytest.raises(PhotoError, match=r"x\.jpg is not a photo"):
        service.label_submission(labeller, Submission(b"text", "caption", "x.jpg"))
    with pytest.raises(RecordsError, match="neither"):
        service.label_submission(labeller, Submission(b"", " ... "))


def test_a_saved_photo_is_a_record_and_saving_again_changes_its_caption(tmp_path: Path):
    make_collection(tmp_path / "vases", size=2)
    photo = (tmp_path / "vases" / "images" / "1.png").read_bytes()
    first = service.save_submission("uploads", Submission(photo, "A vase", "v.png"))
    second = service.save_submission("uploads", Submission(photo, 'Vase, "blue"', "v.png"))
    service.save_submission("uploads", Submission(b"", "Only words"))
    assert first == second
    collection = read_collection(settings.collections_folder() / "uploads")
    assert not collection.problems
    assert [r.caption for r in collection.records] == ['Vase, "blue"', "Only words"]
    path = collection.image_path(collection.records[0])
    assert path is not None and path.read_bytes() == photo and path.suffix == ".png"
    assert collection.records[0].cells["original_name"] == "v.png"
    (summary,) = (found for found in service.list_collections()[0] if not found.built_in)
    assert (summary.name, summary.records) == ("uploads", 2)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 61, "a\x00b", "-dash"])
def test_a_name_that_is_no_folder_s_is_refused(name: str, home: Path):
    with pytest.raises(RecordsError, match="cannot be called"):
        service.save_submission(name, Submission(b"", "caption"))
    assert not list(home.rglob("records.csv"))


def test_rows_that_cannot_be_read_are_not_lost_by_saving(tmp_path: Path):
    service.save_submission("uploads", Submission(b"", "first"))
    file = settings.collections_folder() / "uploads" / "records.csv"
    file.write_text(file.read_text() + "too,few\n")
    before = file.read_bytes()
    with pytest.raises(RecordsError, match="row 3: 2 cells"):
        service.save_submission("uploads", Submission(b"", "second"))
    assert file.read_bytes() == before


def test_a_foreign_table_keeps_its_form(home: Path, tmp_path: Path):
    file = settings.collections_folder() / "foreign" / "records.csv"
    file.parent.mkdir(parents=True)
    table = "museum;caption;record_id\r\nKöln;Gefäß;k1\r\n"
    file.write_bytes(b"\xef\xbb\xbf" + table.encode())
    service.save_submission("foreign", Submission(b"", "Schale"))
    assert file.read_bytes().startswith(b"\xef\xbb\xbfmuseum;caption;record_id;")
    assert [r.caption for r in read_collection(file).records] == ["Gefäß", "Schale"]
    file.write_bytes(table.encode("latin-1"))
    with pytest.raises(RecordsError, match="not UTF-8"):
        service.save_submission("foreign", Submission(b"", "Teller"))
    assert file.read_bytes() == table.encode("latin-1")


def test_an_empty_caption_does_not_wipe_a_careful_one(tmp_path: Path):
    make_collection(tmp_path / "vases", size=1)
    photo = (tmp_path / "vases" / "images" / "0.png").read_bytes()
    service.save_submission("uploads", Submission(photo, "a careful caption"))
    service.save_submission("uploads", Submission(photo, ""))
    (record,) = read_collection(settings.collections_folder() / "uploads").records
    assert record.caption == "a careful caption"
    with pytest.raises(PhotoError):
        service.save_submission("uploads", Submission(photo[: len(photo) // 2], "cut"))


def test_a_large_photo_gets_the_same_label_from_page_and_file(labeller: Labeller, tmp_path: Path):
    folder = tmp_path / "large"
    (folder / "images").mkdir(parents=True)
    noise = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((2000, 1500)).save(folder / "images" / "a.jpg", quality=80)
    (folder / "records.csv").write_text("record_id,image,caption\na,images/a.jpg,A vase\n")
    (expected,) = finish(predict(labeller.run, read_collection(folder), labeller.cache))
    submission = Submission((folder / "images" / "a.jpg").read_bytes(), "A vase")
    found = service.label_submission(labeller, submission).prediction
    assert found.confidence == pytest.approx(expected.confidence, abs=1e-6)


def _save_twenty(home: Path, start: int) -> None:
    os.environ["QCMFM_HOME"] = str(home)
    for number in range(start, start + 20):
        service.save_submission("shared", Submission(b"", f"caption {number}"))


@pytest.mark.slow
def test_several_people_can_save_at_once(home: Path):
    workers = [FORKING.Process(target=_save_twenty, args=(home, start)) for start in (0, 20, 40)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    records = read_collection(settings.collections_folder() / "shared").records
    assert {r.caption for r in records} == {f"caption {number}" for number in range(60)}


def test_the_labelled_table_names_file_and_caption(labeller: Labeller):
    submission = Submission(b"", "A blue vase", "")
    found = service.label_submission(labeller, submission)
    text = service.labelled_csv([(submission, found.prediction)])
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["caption"] == "A blue vase" and row["label"] == found.prediction.label
    assert row["model_sha256"] == labeller.run.sha256


def test_runs_are_found_by_name_and_by_path(labeller: Labeller, home: Path):
    folder = home / "runs" / "vases"
    assert service.find_run("vases") == service.find_run(str(folder)) == folder
    with pytest.raises(RunError, match="vases"):
        service.find_run("bowls")
    summary = next(s for s in service.list_run_summaries()[0] if s.name == "vases")
    assert summary.labels == ["blue", "green", "red"] and summary.measured_on == "val"


def test_what_is_damaged_is_told_and_the_rest_is_listed(labeller: Labeller, home: Path):
    (home / "runs" / "broken").mkdir()
    (home / "runs" / "broken" / "run.json").write_text("{")
    service.save_submission("good", Submission(b"", "caption"))
    (home / "collections" / "bad").mkdir()
    (home / "collections" / "bad" / "records.csv").write_text("")
    runs, wrong_runs = service.list_run_summaries()
    assert "vases" in [run.name for run in runs] and "broken" in str(wrong_runs[0])
    collections, wrong = service.list_collections()
    assert [c.name for c in collections if not c.built_in] == ["good"] and "empty" in str(wrong[0])


def test_evaluation_counts_the_split_and_can_be_kept(
    labeller: Labeller, home: Path, tmp_path: Path
):
    collection = read_collection(tmp_path / "train")
    measured = finish(service.evaluate_run(labeller, collection, "test"))
    assert measured["records"] == 12 and measured["unanswered"] == 0
    everything = finish(service.evaluate_run(labeller, collection, "all"))
    assert everything["records"] == 60
    service.save_metrics(labeller, measured)
    assert service.list_run_summaries()[0][0].measured_on == "test"
    assert "Measured on `test`" in (labeller.folder / "README.md").read_text()
    assert everything["trained_on"] and not measured["trained_on"]
    with pytest.raises(RunError, match="trained on"):
        service.save_metrics(labeller, everything)
    with pytest.raises(RecordsError, match="holdout"):
        finish(service.evaluate_run(labeller, collection, "holdout"))


def test_a_label_the_run_does_not_know_counts_as_wrong(
    labeller: Labeller, home: Path, tmp_path: Path
):
    file = tmp_path / "train" / "records.csv"
    file.write_text(file.read_text().replace(",green,", ",jade,"))
    measured = finish(service.evaluate_run(labeller, read_collection(file), "test"))
    assert measured["labels"] == ["blue", "green", "red", "jade"]
    assert measured["accuracy"]["value"] <= 8 / 12
    assert measured["per_label"]["jade"]["recall"] == 0
