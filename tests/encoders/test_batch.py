"""Whatever a record lacks is zero and masked, from the start or taken away later."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qcmfm.encoders.batch import Batch, FeatureShape, collate
from qcmfm.encoders.image import RegionFeatures
from qcmfm.encoders.text import WordFeatures

SHAPE = FeatureShape(grid=(2, 3), image_dim=5, text_dim=4, sentence_dim=4, terms=2)
IMAGE_PARTS = ("regions", "image", "has_image")
TEXT_PARTS = ("words", "word_mask", "sentence", "terms", "has_text")


def photo() -> RegionFeatures:
    return RegionFeatures(torch.rand(6, 5) + 1, torch.rand(5) + 1)


def caption(words: int, sentence_dim: int = SHAPE.sentence_dim) -> WordFeatures:
    spans = torch.zeros(words, 2, dtype=torch.int32)
    return WordFeatures(torch.rand(words, 4) + 1, spans, torch.rand(sentence_dim) + 1)


def make(records: list[tuple[bool, int | None]]) -> Batch:
    """A batch of records: whether there is a photo, and how many words the caption has."""
    torch.manual_seed(0)
    photos = [photo() if has else None for has, _ in records]
    captions = [None if words is None else caption(words) for _, words in records]
    return collate(photos, captions, torch.ones(len(records), 2), SHAPE)


def assert_equal(found: Batch, expected: Batch, names: tuple[str, ...] = ()) -> None:
    for name in names or (*IMAGE_PARTS, *TEXT_PARTS):
        assert torch.equal(getattr(found, name), getattr(expected, name)), name


def test_features_stand_in_the_row_of_their_record():
    torch.manual_seed(0)
    photos, captions = [photo(), None, photo()], [None, caption(3), caption(1)]
    terms = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    batch = collate(photos, captions, terms, SHAPE)
    assert len(batch) == 3
    for row in (0, 2):
        expected = photos[row]
        assert expected
        assert torch.equal(batch.regions[row], expected.regions)
        assert torch.equal(batch.image[row], expected.vector)
    for row, words in ((1, 3), (2, 1)):
        given_caption = captions[row]
        assert given_caption
        assert torch.equal(batch.words[row, :words], given_caption.words)
        assert torch.equal(batch.sentence[row], given_caption.sentence)
        assert batch.word_mask[row].tolist() == [place < words for place in range(3)]
    assert batch.terms.tolist() == [[0, 0], [3, 4], [5, 6]]
    assert batch.has_image.tolist() == [True, False, True]
    assert batch.has_text.tolist() == [False, True, True]


def test_sentence_vectors_may_be_longer_than_word_vectors():
    batch = collate([None], [caption(2, 7)], torch.zeros(1, 2), replace(SHAPE, sentence_dim=7))
    assert (batch.words.shape, batch.sentence.shape) == ((1, 2, 4), (1, 7))


RECORDS = st.lists(st.tuples(st.booleans(), st.none() | st.integers(0, 4)), min_size=1, max_size=6)


@given(records=RECORDS)
def test_in_any_batch_what_is_missing_is_zero_and_masked(records: list[tuple[bool, int | None]]):
    batch = make(records)
    assert batch.regions.shape == (len(records), 6, 5)
    assert batch.words.shape[1] == max([1, *(words or 0 for _, words in records)])
    for row, (has_photo, words) in enumerate(records):
        count = words or 0
        assert batch.has_image[row].item() == has_photo
        assert batch.has_text[row].item() == (count > 0)
        assert batch.word_mask[row].sum() == count
        for part, there in (
            (batch.regions[row], has_photo),
            (batch.image[row], has_photo),
            (batch.words[row, :count], count > 0),
            (batch.sentence[row], count > 0),
            (batch.terms[row], count > 0),
        ):
            assert (part != 0).all() if there else (part == 0).all()
        assert (batch.words[row, count:] == 0).all()


@given(records=RECORDS, data=st.data())
def test_taking_away_equals_never_having_had(
    records: list[tuple[bool, int | None]], data: st.DataObject
):
    flags = st.lists(st.booleans(), min_size=len(records), max_size=len(records))
    image, text = data.draw(flags), data.draw(flags)
    batch = make(records)
    less = batch.without(image=torch.tensor(image), text=torch.tensor(text))
    for row, (no_image, no_text) in enumerate(zip(image, text, strict=True)):
        for names, gone in ((IMAGE_PARTS, no_image), (TEXT_PARTS, no_text)):
            for name in names:
                kept = getattr(batch, name)[row]
                expected = torch.zeros_like(kept) if gone else kept
                assert torch.equal(getattr(less, name)[row], expected), name


def test_taking_nothing_or_one_part_leaves_the_rest():
    batch = make([(True, 2), (True, 3)])
    both = torch.tensor([True, True])
    assert_equal(batch.without(), batch)
    assert_equal(batch.without(image=both), batch, TEXT_PARTS)
    assert_equal(batch.without(text=both), batch, IMAGE_PARTS)


def test_some_records_can_be_taken():
    batch = make([(True, 2), (False, 3), (True, None)])
    mask = torch.tensor([False, True, False])
    taken, rest = batch.select(mask), batch.select(~mask)
    assert (len(taken), len(rest)) == (1, 2)
    for name in (*IMAGE_PARTS, *TEXT_PARTS):
        assert torch.equal(getattr(rest, name), getattr(batch, name)[[0, 2]]), name


def test_a_batch_moves_as_a_whole():
    moved = make([(True, 2)]).to(torch.device("meta"))
    assert {value.device.type for value in vars(moved).values()} == {"meta"}


def test_photos_and_captions_of_unequal_number_are_an_error():
    with pytest.raises(ValueError, match="shorter"):
        collate([None, None], [None], torch.zeros(2, 2), SHAPE)
