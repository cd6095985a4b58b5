"""Hiding regions of a photo, as the faithfulness benchmark does it."""

import numpy as np

from tests.benchmarks.faithfulness import most_attended, moved_round, painted_over


def test_the_hidden_regions_are_the_most_attended_ones():
    heat = np.arange(49.0).reshape(7, 7)
    hidden = most_attended(heat, 0.15)
    assert hidden.sum() == 7 and (hidden == (heat >= 42)).all()
    assert most_attended(np.ones((3, 3)), 0.01).sum() == 1


def test_a_random_set_is_as_large_and_lies_elsewhere():
    hidden = most_attended(np.random.default_rng(0).random((7, 7)))
    rng = np.random.default_rng(1)
    sets = [moved_round(hidden, rng) for _ in range(20)]
    assert all(found.sum() == hidden.sum() and (found != hidden).any() for found in sets)
    assert len({found.tobytes() for found in sets}) > 5


def test_only_what_is_hidden_is_painted_in_the_mean_colour():
    pixels = np.random.default_rng(0).integers(0, 256, (14, 14, 3), dtype=np.uint8)
    hidden = np.zeros((7, 7), bool)
    hidden[2, 3] = True
    painted = painted_over(pixels, hidden)
    assert (painted[4:6, 6:8] == pixels.mean((0, 1)).round()).all()
    painted[4:6, 6:8] = pixels[4:6, 6:8]
    assert (painted == pixels).all()
