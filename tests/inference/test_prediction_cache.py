"""Predictions come back as they were written, and never after what they follow from changed."""

import os
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm.inference.prediction import Prediction
from qcmfm.inference.prediction_cache import (
    fingerprint,
    predictions_file,
    read_cached,
    write_cached,
)
from qcmfm.records import read_collection
from tests.cheap import make_collection
from tests.review.made import prediction

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
RANKED = st.lists(st.tuples(TEXT, st.floats(0, 1)), max_size=5).map(tuple)
UNUSUAL = st.none() | st.floats(0, 9)
PREDICTION = st.builds(Prediction, TEXT, RANKED, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, UNUSUAL)


@given(st.lists(PREDICTION, max_size=5))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, said: list[Prediction]):
    file = tmp_path_factory.mktemp("kept") / "run.parquet"
    write_cached(said, file, "abc")
    assert read_cached(file, "abc") == said
    assert read_cached(file, "abd") is None


def test_a_file_of_an_earlier_version_is_read(tmp_path: Path):
    file = tmp_path / "run.parquet"
    write_cached([prediction("r1")], file, "abc")
    table = pq.read_table(file)
    pq.write_table(table.drop_columns("unusualness"), file)
    assert read_cached(file, "abc") == [replace(prediction("r1"), unusualness=None)]


def test_a_missing_or_damaged_file_is_as_if_there_were_none(tmp_path: Path):
    file = tmp_path / "run.parquet"
    assert read_cached(file, "abc") is None
    write_cached([prediction("r1")], file, "abc")
    whole = file.read_bytes()
    for end in (0, 4, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:end])
        assert read_cached(file, "abc") is None


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path):
    file = tmp_path / "kept" / "run.parquet"
    write_cached([prediction("r1")], file, "abc")
    broken = prediction("r2", "\ud800")  # half a letter, which no file can hold
    with pytest.raises(UnicodeEncodeError):
        write_cached([broken], file, "abd")
    assert read_cached(file, "abc") == [prediction("r1")]
    assert list(file.parent.iterdir()) == [file]


def test_the_fingerprint_follows_weights_captions_photos_and_ids(tmp_path: Path):
    table = make_collection(tmp_path, 6)
    before = fingerprint(read_collection(table), "weights")
    assert fingerprint(read_collection(table), "weights") == before
    assert fingerprint(read_collection(table), "others") != before

    os.utime(tmp_path / "images/0.png", ns=(1, 1))
    touched = fingerprint(read_collection(table), "weights")
    assert touched != before

    text = table.read_text("utf-8")
    changes = ("number 1", "number one"), ("r5", "r55"), ("images/2.png", "images/3.png")
    for old, new in changes:
        table.write_text(text.replace(old, new, 1), "utf-8")
        assert fingerprint(read_collection(table), "weights") not in (before, touched)

    table.write_text(text.replace(",M1", ",M2"), "utf-8")  # no model reads the museum
    assert fingerprint(read_collection(table), "weights") == touched


def test_files_lie_in_the_workspace_by_collection_and_run(home: Path):
    assert predictions_file("cups", "first") == home / "predictions" / "cups" / "first.parquet"
