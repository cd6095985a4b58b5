"""Photos of drawn objects: size and place are what was asked for, and the regions go along."""

from dataclasses import replace

import numpy as np
import pytest

from qcmfm import demo
from qcmfm.demo.drawing.design import plan_thing
from qcmfm.demo.drawing.photography import MARGIN, photograph
from qcmfm.demo.drawing.plan import Layer, Shot

SIZE = 240
PLAIN = Shot(0.0, 1.2, 1.0, (0.0, 0.0), "white", False, False, 0.0, 90, 3)


def layer() -> Layer:
    """A dark disc three quarters as large as the picture, with a red square above its middle."""
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5 - SIZE / 2
    disc = np.hypot(x, y) < 0.375 * SIZE
    square = (abs(x) < 0.1 * SIZE) & (abs(y + 0.15 * SIZE) < 0.1 * SIZE)
    colour = np.full((SIZE, SIZE, 3), 0.15, np.float32)
    colour[square] = (0.8, 0.1, 0.1)
    return Layer(colour, disc.astype(np.float32), {"object": disc, "lotus": square})


def box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom, the last two one past."""
    down, across = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(across[0]), int(down[0]), int(across[-1]) + 1, int(down[-1]) + 1


@pytest.mark.parametrize("place", [(0.0, 0.0), (-1.0, -1.0), (1.0, -0.4), (0.3, 1.0)])
@pytest.mark.parametrize("zoom", [0.5, 0.75, 1.0])
def test_the_object_has_the_size_and_the_place_that_were_asked_for(
    zoom: float, place: tuple[float, float]
):
    _, masks = photograph(layer(), replace(PLAIN, zoom=zoom, place=place), True)
    left, top, right, bottom = box(masks["object"])
    assert (right - left, bottom - top) == pytest.approx([0.75 * zoom * SIZE] * 2, abs=3)
    room = (1 - 0.75 * zoom) / 2 - MARGIN
    middle = np.array([left + right, top + bottom]) / 2 / SIZE
    assert middle == pytest.approx(0.5 + room * np.array(place), abs=2 / SIZE)


@pytest.mark.parametrize("zoom", [0.5, 0.7, 1.1, 1.5])
def test_a_region_lies_where_the_thing_is_seen(zoom: float):
    photo, masks = photograph(layer(), replace(PLAIN, zoom=zoom, place=(0.7, -0.5)), False)
    seen = np.asarray(photo, dtype=np.float32)
    red = (seen[..., 0] > 1.8 * seen[..., 1]) & (seen[..., 0] > 100)
    both = red | masks["lotus"]
    assert masks["lotus"].any() and (red & masks["lotus"]).sum() > 0.85 * both.sum()


def test_a_detail_shows_a_part_and_leaves_no_paper_at_its_side():
    detail = replace(PLAIN, zoom=1.6)
    masks = photograph(layer(), detail, False)[1]
    left, top, right, bottom = box(masks["object"])
    assert (left, top, right, bottom) == (0, 0, SIZE, SIZE)
    moved = photograph(layer(), replace(detail, place=(1.0, 0.0)), False)[1]
    assert box(moved["lotus"])[0] != box(masks["lotus"])[0]


def test_the_scale_bar_lies_beside_the_object():
    for place in ((-1.0, 1.0), (1.0, 1.0)):
        shot = replace(PLAIN, zoom=0.5, place=place)
        without, masks = photograph(layer(), shot, False)
        with_bar, still = photograph(layer(), replace(shot, scale_bar=True), False)
        assert (still["object"] == masks["object"]).all()
        changed = np.abs(np.asarray(with_bar, float) - np.asarray(without, float)).max(-1) > 60
        assert changed.any() and not (changed & masks["object"]).any()


@pytest.mark.parametrize("name", demo.names())
def test_most_objects_are_small_and_lie_off_the_middle(name: str):
    """So that the middle of the picture tells little of where a thing is."""
    design = demo.design(name)
    shots = [s for n in range(400) for s in plan_thing(design, name, 7, n).shots]
    zoom, place = np.array([s.zoom for s in shots]), np.array([s.place for s in shots])
    least, most = design.sizes
    small = (zoom >= least) & (zoom <= most)
    assert 0.88 < small.mean() < 0.96 and 0.01 < (zoom > 1.25).mean() < 0.06
    assert place[small].mean(0) == pytest.approx([0, 0], abs=0.1)
    # Of places drawn evenly from edge to edge half lie within half the way to it.
    assert (np.abs(place[small]) < 0.5).mean(0) == pytest.approx([0.25, 0.25], abs=0.06)
