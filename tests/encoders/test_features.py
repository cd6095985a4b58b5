"""Encoding: once per content, in order, resumable, and broken photos are told."""

from pathlib import Path

import pytest
import torch

from qcmfm.core.progress import finish
from qcmfm.encoders.features import FeatureCache, FeatureTable
from qcmfm.encoders.views import names as view_names
from qcmfm.records import read_collection
from tests.cheap import CheapImageEncoder, CheapTextEncoder, cheap_cache, make_collection


def seen(cache: FeatureCache) -> tuple[int, int]:
    image, text = cache.encoders.image, cache.encoders.text
    assert isinstance(image, CheapImageEncoder) and isinstance(text, CheapTextEncoder)
    return image.seen, text.seen


def test_each_content_is_encoded_once(tmp_path: Path, home: Path):
    collection = read_collection(make_collection(tmp_path / "vases", size=40))
    first = cheap_cache(home)
    table = finish(first.encode(collection))
    assert seen(first) == (36, 36)  # every tenth has no photo, every tenth no caption
    again = cheap_cache(home)
    once_more = finish(again.encode(collection))
    assert seen(again) == (0, 0)
    torch.testing.assert_close(table.batch(range(40)).regions, once_more.batch(range(40)).regions)


def test_features_are_those_of_the_encoder_in_half_precision(tmp_path: Path, home: Path):
    collection = read_collection(make_collection(tmp_path / "vases", size=12))
    cache = cheap_cache(home)
    batch = finish(cache.encode(collection)).batch([11, 0])
    record = collection.records[11]
    words = cache.encoders.text.encode([record.caption])[0].words
    torch.testing.assert_close(batch.words[0, : len(words)], words, atol=1e-3, rtol=1e-3)
    assert batch.word_mask.sum(1).tolist() == [6, 6]
    assert batch.image.argmax(1).tolist() == [2, 0]  # blue, red


def test_work_that_was_stopped_goes_on(tmp_path: Path, home: Path):
    collection = read_collection(make_collection(tmp_path / "vases", size=100))
    work = cheap_cache(home).encode(collection)
    first = next(work)
    work.close()
    assert first.done == 32
    rest = cheap_cache(home)
    finish(rest.encode(collection))
    assert seen(rest) == (90 - 32, 90)


def test_a_broken_photo_is_told_and_the_caption_goes_on(tmp_path: Path, home: Path):
    file = make_collection(tmp_path / "vases", size=12)
    (tmp_path / "vases" / "images" / "3.png").write_bytes(b"")
    table = finish(cheap_cache(home).encode(read_collection(file)))
    assert [(p.row, p.column, p.record_id) for p in table.problems] == [(5, "image", "r3")]
    batch = table.batch([3])
    assert not batch.has_image.item() and batch.has_text.item()
    assert not table.is_empty(3)


def test_a_photo_that_vanishes_is_told_and_the_rest_goes_on(tmp_path: Path, home: Path):
    collection = read_collection(make_collection(tmp_path / "vases", size=12))
    (tmp_path / "vases" / "images" / "3.png").unlink()
    table = finish(cheap_cache(home).encode(collection))
    assert [p.record_id for p in table.problems] == ["r3"]
    assert "cannot be opened" in table.problems[0].reason


@pytest.mark.parametrize("view", view_names()[1:3])
def test_views_are_kept_apart(tmp_path: Path, home: Path, view: str):
    collection = read_collection(make_collection(tmp_path / "vases", size=12))
    cache = cheap_cache(home)
    table = finish(cache.encode(collection, ("original", view)))
    assert seen(cache)[0] == 2 * 11
    plain, varied = table.batch([0]).regions, table.batch([0], [view]).regions
    assert not torch.equal(plain, varied)


def test_a_table_can_be_cut(tmp_path: Path, home: Path):
    collection = read_collection(make_collection(tmp_path / "vases", size=12))
    table = finish(cheap_cache(home).encode(collection))
    part: FeatureTable = table.subset([5, 2])
    assert [record.record_id for record in part.records] == ["r5", "r2"]
    torch.testing.assert_close(part.batch([0, 1]).image, table.batch([5, 2]).image)
