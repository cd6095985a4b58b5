"""Views are deterministic functions of the photo's content."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qcmfm.encoders import views

CROPS = [name for name in views.names() if name.startswith("crop")]


@pytest.fixture(scope="module")
def noise() -> Image.Image:
    """A picture in which no two views can look alike."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8))


def test_the_first_view_is_the_photo_as_it_stands(noise: Image.Image):
    assert views.names()[0] == views.ORIGINAL
    assert views.apply_view(views.ORIGINAL, noise, "key").tobytes() == noise.tobytes()


def test_the_mirror_swaps_left_and_right(noise: Image.Image):
    mirrored = views.apply_view("mirror", noise, "key")
    np.testing.assert_array_equal(np.asarray(mirrored), np.asarray(noise)[:, ::-1])


@pytest.mark.parametrize("view", views.names())
def test_a_view_is_the_same_whenever_it_is_made_and_spares_the_photo(view: str, noise: Image.Image):
    before = noise.tobytes()
    first, again = (views.apply_view(view, noise, "key") for _ in range(2))
    assert (first.size, first.tobytes()) == (again.size, again.tobytes())
    assert noise.tobytes() == before


def test_views_of_a_photo_differ(noise: Image.Image):
    assert len(CROPS) == 8
    made = {views.apply_view(view, noise, "key").tobytes() for view in views.names()}
    assert len(made) == len(views.names())


@pytest.mark.parametrize("view", CROPS)
def test_a_crop_differs_between_photos(view: str, noise: Image.Image):
    made = {views.apply_view(view, noise, key).tobytes() for key in "abcde"}
    assert len(made) == 5


@given(
    view=st.sampled_from(views.names()),
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    key=st.text(max_size=5),
)
def test_any_view_of_any_size_is_rgb_and_no_larger(view: str, width: int, height: int, key: str):
    made = views.apply_view(view, Image.new("RGB", (width, height), (9, 99, 199)), key)
    assert made.mode == "RGB"
    assert 1 <= made.width <= width
    assert 1 <= made.height <= height


def test_crops_keep_half_of_the_area_or_more():
    photo = Image.new("RGB", (400, 300))
    shares = [
        np.prod(views.apply_view("crop-1", photo, str(key)).size) / (400 * 300)
        for key in range(200)
    ]
    # Where the stretched side would stand out of the photo, some of the area is lost.
    assert 0.44 < min(shares) < 0.6
    assert 0.85 < max(shares) <= 1
