"""Attention over a photo, in pixels and in words."""

import numpy as np
import pytest
import torch
from PIL import Image

from qcmfm.explanation import overlay, place_in_words, word_heat
from qcmfm.fusion.base import Attention


def heat_at(row: int, column: int, size: int = 7) -> np.ndarray:
    heat = np.zeros((size, size), dtype=np.float32)
    heat[row, column] = 1
    return heat


def test_heat_is_the_mean_over_heads():
    maps = torch.rand(2, 3, 5, 4).softmax(-1)
    attention = Attention(maps, torch.rand(2, 3, 4, 5))
    heat = word_heat(attention, 1, 2, (2, 2))
    np.testing.assert_allclose(heat.ravel(), maps[1, :, 2].numpy().mean(0), rtol=1e-6)
    assert heat.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [(0, 0, "upper left"), (3, 3, "centre"), (6, 6, "lower right"), (3, 0, "middle left"),
     (0, 3, "upper centre")],
)  # fmt: skip
def test_the_place_is_told_in_words(row: int, column: int, words: str):
    assert place_in_words(heat_at(row, column)) == words


def test_the_hottest_place_is_the_brightest_on_a_grey_photo():
    photo = Image.new("RGB", (140, 70), (90, 90, 90))
    drawn = np.asarray(overlay(photo, heat_at(1, 5)).convert("L")).astype(int)
    row, column = np.unravel_index(drawn.argmax(), drawn.shape)
    assert 10 <= row < 20 and 100 <= column < 120
    assert overlay(photo, heat_at(1, 5)).size == photo.size


def test_even_attention_draws_no_spot():
    photo = Image.new("RGB", (70, 70), (90, 90, 90))
    drawn = np.asarray(overlay(photo, np.full((7, 7), 1 / 49, dtype=np.float32)))
    assert drawn.std() < 60 and len(np.unique(drawn.reshape(-1, 3), axis=0)) == 1
