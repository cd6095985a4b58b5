"""Every row of the input is in the output once, in order, with the reason where it has no label."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from qcmfm.core.errors import RunError
from qcmfm.core.progress import finish
from qcmfm.inference.predict import predict
from qcmfm.inference.prediction import table_columns, table_row, write_predictions
from qcmfm.records import read_collection
from qcmfm.runs.run import Run
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection
from tests.training.test_training import SMALL


@pytest.fixture
def run(tmp_path: Path, home: Path) -> Run:
    collection = read_collection(make_collection(tmp_path / "train"))
    cache = cheap_cache(home / "features")
    return finish(train(collection, cache, replace(SMALL, epochs=2), home / "run"))


def test_bad_rows_stay_in_their_place(run: Run, tmp_path: Path, home: Path):
    file = make_collection(tmp_path / "vases", size=12)
    (tmp_path / "vases" / "images" / "2.png").write_bytes(b"no photo")
    text = file.read_text().splitlines()
    text.insert(3, "r0,,a second r0,,,,M1")  # row 4: an id that stands in row 2 already
    text.insert(6, "too,few")  # row 7
    text.append("empty,,,,,,M1")  # row 15: nothing to go by
    text.append("dots,,...,,,,M1")  # row 16: a caption without a word
    file.write_text("\n".join(text) + "\n")
    collection = read_collection(file)
    predictions = finish(predict(run, collection, cheap_cache(home / "features")))
    assert [p.record_id for p in predictions] == [
        "r0", "r1", "r0", "r2", "r3", "too", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11",
        "empty", "dots",
    ]  # fmt: skip
    errors = [p.error for p in predictions]
    assert "already" in errors[2] and not predictions[2].ranked
    assert "2 cells" in errors[5] and not predictions[5].ranked
    assert "photo" in errors[3] and predictions[3].ranked  # goes on with its caption
    assert "neither" in errors[14] and "neither" in errors[15]
    assert not predictions[14].ranked and not predictions[15].ranked
    assert [place for place, error in enumerate(errors) if error] == [2, 3, 5, 14, 15]


def test_the_file_has_the_columns_in_order(run: Run, tmp_path: Path, home: Path):
    collection = read_collection(make_collection(tmp_path / "vases", size=70))
    predictions = finish(predict(run, collection, cheap_cache(home / "features")))
    write_predictions(predictions, tmp_path / "said.csv")
    with (tmp_path / "said.csv").open(encoding="utf-8", newline="") as handle:
        table = list(csv.DictReader(handle))
    assert list(table[0]) == table_columns(3) == [
        "record_id", "label", "confidence", "label_1", "probability_1", "label_2", "probability_2",
        "label_3", "probability_3", "conformal_set", "in_scope", "noise_setting", "model_run",
        "model_sha256", "predicted_at", "error",
    ]  # fmt: skip
    assert [row["record_id"] for row in table] == [f"r{number}" for number in range(70)]
    for row in table:
        chances = [float(row[f"probability_{place}"]) for place in (1, 2, 3)]
        assert chances == sorted(chances, reverse=True)
        assert abs(sum(chances) - 1) < 2e-4  # three labels in all
        assert (row["label"], float(row["confidence"])) == (row["label_1"], chances[0])
        assert row["model_run"] == "run" and row["model_sha256"] == run.sha256


def test_more_places_than_labels_stay_empty(run: Run, tmp_path: Path, home: Path):
    collection = read_collection(make_collection(tmp_path / "vases", size=3))
    predictions = finish(predict(run, collection, cheap_cache(home / "features")))
    row = table_row(predictions[0], top=5)
    assert row["label_4"] == row["probability_5"] == ""


def test_a_label_does_not_depend_on_the_other_records(run: Run, tmp_path: Path, home: Path):
    collection = read_collection(make_collection(tmp_path / "vases", size=70))
    together = finish(predict(run, collection, cheap_cache(home / "features")))
    some = replace(collection, rows=collection.rows[60:])
    alone = finish(predict(run, some, cheap_cache(home / "other")))
    for first, second in zip(together[60:], alone, strict=True):
        assert first.label == second.label
        assert first.confidence == pytest.approx(second.confidence, abs=1e-5)


def test_other_encoders_than_the_run_s_own_are_refused(run: Run, tmp_path: Path, home: Path):
    cache = cheap_cache(home / "features")
    cache.encoders.image.id = "cheap-image-2"
    collection = read_collection(make_collection(tmp_path / "vases", size=3))
    with pytest.raises(RunError, match="cheap-image-1"):
        finish(predict(run, collection, cache))
