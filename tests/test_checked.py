"""The watch over types and shapes sees what it is there for."""

import numpy as np
import pytest
import torch

from qcmfm.catalog.photo_words import PhotoWords, learn, unit
from qcmfm.encoders.image import RegionFeatures
from qcmfm.encoders.text import word_spans
from qcmfm.quantum.states import states_along

WRONG = "violates type hint|Type-check error"
"""What the checkers say; Python's own complaints are worded otherwise."""


def floats(*shape: int) -> np.ndarray:
    return np.ones(shape, np.float32)


def test_a_type_is_checked():
    with pytest.raises(TypeError, match=WRONG):
        word_spans(3)  # pyright: ignore[reportArgumentType]


def test_axes_of_one_name_must_be_alike():
    with pytest.raises(TypeError, match=WRONG):
        learn(floats(5, 3), floats(4, 2))
    with pytest.raises(TypeError, match=WRONG):
        PhotoWords(floats(4, 3), floats(5), floats(4))


def test_a_name_holds_in_one_call_alone():
    assert unit(floats(2, 3)).shape == (2, 3) and unit(floats(4, 5)).shape == (4, 5)


def test_a_kind_of_number_and_a_number_of_axes_are_checked():
    with pytest.raises(TypeError, match=WRONG):
        unit(np.ones((2, 3), np.int64))
    with pytest.raises(TypeError, match=WRONG):
        RegionFeatures(torch.ones(4), torch.ones(4))


def test_what_a_generator_is_given_is_checked():
    with pytest.raises(TypeError, match=WRONG):
        list(states_along(None, torch.ones(1, 2), torch.ones(1)))  # pyright: ignore[reportArgumentType]
