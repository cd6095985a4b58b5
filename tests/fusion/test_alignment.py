"""Words learn to look at what they name, from photos and captions alone."""

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d
from scipy.special import logsumexp

from qcmfm import fusion
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.layers.alignment import alignment_loss, captions_with_word
from qcmfm.fusion.layers.attention import neighbourhood

SHAPE = FeatureShape((3, 3), 12, 10, 10, 4)
POINTING = {"heads": 1, "dim": 16, "temperature": 0.1, "text_dropout": 0.0, "image_dropout": 0.0}


def planted(size: int, seed: int) -> tuple[Batch, torch.Tensor]:
    """Captions of two words out of five; a thing for each lies somewhere in the photo.

    Returns the batch and the region (record x word) of what each word names.
    """
    chance = torch.Generator().manual_seed(seed)
    named = torch.stack([torch.randperm(5, generator=chance)[:2] for _ in range(size)])
    where = torch.stack([torch.randperm(9, generator=chance)[:2] for _ in range(size)])
    regions = 0.3 * torch.randn(size, 9, 12, generator=chance)
    regions.scatter_add_(
        1, where[..., None].expand(-1, -1, 12), 2 * torch.nn.functional.one_hot(named, 12).float()
    )
    words = torch.nn.functional.one_hot(named, 10).float()
    yes = torch.ones(size, dtype=torch.bool)
    sentence = torch.randn(size, 10, generator=chance)
    batch = Batch(
        regions, regions.mean(1), yes, words, yes[:, None].expand(-1, 2), sentence,
        torch.zeros(size, 4), yes,
    )  # fmt: skip
    return batch, where


def test_it_is_minus_the_logs_of_what_falls_on_the_own_photo_and_comes_from_the_own_word():
    rng = np.random.default_rng(0)
    scores, own = rng.normal(size=(2, 5, 4, 9)), np.array([0, 0, 1, 3, 3])
    told = np.eye(4, dtype=bool)[own]
    told[0, 2] = told[3, 1] = True
    photos, words = [], []
    for head in scores:
        drawn = np.asarray(logsumexp(head, axis=-1))  # word x photo
        for word, photo in enumerate(own):
            counted = [p for p in range(4) if p == photo or not told[word, p]]
            photos.append(logsumexp(drawn[word, counted]) - drawn[word, photo])
            rivals = [w for w in range(5) if w == word or not told[w, photo]]
            words.append(logsumexp(drawn[rivals, photo]) - drawn[word, photo])
    found = alignment_loss(torch.tensor(scores), torch.tensor(own), torch.tensor(told))
    assert found.item() == pytest.approx(np.mean(photos) + np.mean(words), abs=1e-12)


def test_a_neighbourhood_is_what_a_blur_would_take():
    near = neighbourhood((4, 5), 0.7)
    assert near is not None and neighbourhood((4, 5), 0.0) is None
    picture = np.random.default_rng(0).normal(size=(4, 5))
    window = np.outer([1, 2, 1], [1, 2, 1])
    share = convolve2d(np.ones((4, 5)), window, mode="same")
    blurred = convolve2d(picture, window, mode="same") / share
    found = (near @ torch.tensor(picture, dtype=near.dtype).flatten()).reshape(4, 5)
    np.testing.assert_allclose(found, 0.7 * blurred + 0.3 * picture, atol=1e-6)


@pytest.mark.parametrize("name", ["qcmfm", "cross_attention"])
def test_words_come_to_look_at_what_they_name_without_being_told_where(name: str):
    torch.manual_seed(0)
    options = POINTING | ({"n_qubits": 4, "n_layers": 1} if name == "qcmfm" else {})
    model = fusion.model_class(name).build(SHAPE, 3, options)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    unseen, where = planted(64, seed=1000)

    def share_found() -> float:
        attention = model.eval()(unseen).attention
        assert attention is not None
        return float((attention.word_to_region[:, 0].argmax(-1) == where).float().mean())

    before = share_found()
    for step in range(80):
        loss = model.train().alignment(planted(32, seed=step)[0])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert before < 0.4 and share_found() > 0.9


def test_there_is_nothing_to_align_without_two_whole_records_or_without_attention():
    batch, _ = planted(4, seed=0)
    gone = torch.tensor([False, True, True, True])
    model = fusion.model_class("qcmfm").build(SHAPE, 3, POINTING)
    assert model.alignment(batch.without(image=gone)).item() == 0
    assert model.alignment(batch).item() > 0
    assert fusion.model_class("concat").build(SHAPE, 3, {}).alignment(batch).item() == 0


def test_photos_of_one_object_are_not_told_apart():
    """A batch of one caption has no other photo to confuse its own with."""
    batch, _ = planted(4, seed=0)
    same = Batch(**vars(batch) | {"words": batch.words[:1].expand(4, -1, -1)})
    model = fusion.model_class("qcmfm").build(SHAPE, 3, POINTING)
    assert model.alignment(same).item() == pytest.approx(0, abs=1e-6)


def test_a_caption_says_a_word_where_one_of_its_own_is_like_it():
    chance = torch.Generator().manual_seed(0)
    captions = torch.randn(3, 4, 16, generator=chance)
    mask = torch.tensor([[True] * 4, [True, True, False, False], [False] * 4])
    words = torch.stack([captions[0, 1] * 3, captions[1, 0] + 0.1, captions[1, 3]])
    found = captions_with_word(words, captions, mask, alike=0.9)
    assert found.tolist() == [[True, False, False], [False, True, False], [False, False, False]]
