"""Motifs are recognisable shapes: large, distinct, varied, and the same for the same seed."""

import itertools

import numpy as np
import pytest

from qcmfm.demo.drawing.motifs import motif, strip
from qcmfm.demo.drawing.plan import MOTIFS


@pytest.mark.parametrize("name", MOTIFS)
def test_a_motif_fills_most_of_its_square(name: str):
    for seed, size in itertools.product(range(4), (40, 120)):
        shape = motif(name, size, np.random.default_rng(seed))
        assert shape.coverage.shape == shape.relief.shape == (size, size)
        assert shape.coverage.dtype == shape.relief.dtype == np.float32
        for plane in (shape.coverage, shape.relief):
            assert np.isfinite(plane).all() and plane.min() >= 0 and plane.max() <= 1
        solid = shape.coverage > 0.5
        extents = sorted(int(solid.any(axis=axis).sum()) / size for axis in (0, 1))
        assert extents[0] > 0.6 and extents[1] > 0.85
        assert 0.15 < solid.mean() < 0.9
        assert not shape.relief[shape.coverage == 0].any()


@pytest.mark.parametrize("name", MOTIFS)
def test_a_motif_has_inner_drawing(name: str):
    shape = motif(name, 160, np.random.default_rng(3))
    assert shape.relief[shape.coverage > 0.9].std() > 0.05


@pytest.mark.parametrize("name", MOTIFS)
def test_a_motif_depends_on_its_seed_alone(name: str):
    def drawn(seed: int) -> bytes:
        shape = motif(name, 96, np.random.default_rng(seed))
        return shape.coverage.tobytes() + shape.relief.tobytes()

    assert drawn(5) == drawn(5)
    assert len({drawn(seed) for seed in range(6)}) > 3


def test_no_motif_is_taken_for_another():
    """The nearest neighbour by silhouette of nine drawings of ten is another of the same motif."""
    seeds = range(4)
    shapes = [
        motif(name, 32, np.random.default_rng(seed)).coverage for name in MOTIFS for seed in seeds
    ]
    both = np.array([np.minimum(plane, plane[:, ::-1]).ravel() for plane in shapes])
    plain = np.array([(plane + plane[:, ::-1]).ravel() / 2 for plane in shapes])
    traits = np.concatenate([both, plain], axis=1)
    apart = ((traits[:, None] - traits[None]) ** 2).sum(-1)
    np.fill_diagonal(apart, np.inf)
    names = np.repeat(np.arange(len(MOTIFS)), len(seeds))
    assert (names[apart.argmin(axis=1)] == names).mean() > 0.9


@pytest.mark.parametrize("name", MOTIFS)
def test_a_strip_repeats_its_motif_from_end_to_end(name: str):
    band = strip(name, 40, 400, np.random.default_rng(1))
    assert band.coverage.shape == band.relief.shape == (40, 400)
    columns = band.coverage.max(axis=0) > 0.5
    assert all(columns[at : at + 50].any() for at in range(0, 400, 50))
    assert 0.1 < band.coverage.mean() < 0.9
    again = strip(name, 40, 400, np.random.default_rng(1))
    assert np.array_equal(band.coverage, again.coverage)


def test_a_strip_may_be_shorter_than_its_motif():
    for name in MOTIFS:
        assert strip(name, 40, 24, np.random.default_rng(1)).coverage.shape == (40, 24)
