"""Words learn to look at what they name, from photos and captions alone."""

import numpy as np
import pytest
import torch
from scipy.special import logsumexp

from qcmfm import fusion
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion._alignment import alignment_loss

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


def test_it_is_minus_the_log_of_the_attention_that_falls_on_the_own_photo():
    rng = np.random.default_rng(0)
    scores, own = rng.normal(size=(2, 5, 4, 9)), np.array([0, 0, 1, 3, 3])
    alike = np.eye(4, dtype=bool)
    alike[0, 2] = alike[2, 0] = True
    expected = []
    for head in scores:
        for row, photo in zip(head, own, strict=True):
            counted = [p for p in range(4) if p == photo or not alike[photo, p]]
            expected.append(logsumexp(row[counted]) - logsumexp(row[photo]))
    found = alignment_loss(torch.tensor(scores), torch.tensor(own), torch.tensor(alike))
    assert found.item() == pytest.approx(np.mean(expected), abs=1e-12)


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
    same = Batch(**vars(batch) | {"sentence": batch.sentence[:1].expand(4, -1)})
    model = fusion.model_class("qcmfm").build(SHAPE, 3, POINTING)
    assert model.alignment(same).item() == pytest.approx(0, abs=1e-6)
