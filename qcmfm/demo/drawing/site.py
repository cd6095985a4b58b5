"""A decorated surface, as a material finds it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qcmfm.demo.drawing import patterns
from qcmfm.demo.drawing.decoration import Decoration
from qcmfm.demo.drawing.scene import BODY, INNER, Plane


@dataclass(frozen=True)
class Site:
    """A decorated surface, as a material finds it.

    Args:
        across: Surface coordinate in units; runs with the surface when it turns.
        up: The other surface coordinate in units.
        zone: See `Scene.zone`.
        depth: See `Scene.depth`.
        decoration: The motifs.
        ground: Of `COLOURS`.
        wear: 0 to 1.
        rng: Of everything that a material leaves to chance; used in the same order at any view.
    """

    across: Plane
    up: Plane
    zone: np.ndarray
    depth: Plane
    decoration: Decoration
    ground: str
    wear: float
    rng: np.random.Generator

    @property
    def body(self) -> Plane:
        """1 where the surface is decorated."""
        return (self.zone == BODY).astype(np.float32)

    @property
    def inside(self) -> Plane:
        """1 inside the vessel."""
        return (self.zone == INNER).astype(np.float32)

    @property
    def bare(self) -> Plane:
        """1 where the decorated surface has no motif."""
        return self.body * (1 - self.decoration.shape)

    def noise(self, scale: float, fall: float = 1.4) -> Plane:
        """Noise from 0 to 1; a tile of it is `scale` units wide."""
        tile = patterns.noise(int(self.rng.integers(patterns.VARIANTS)), fall)
        return self._sample(tile, scale, self.rng.random(2))

    def veins(self, scale: float) -> Plane:
        """Wandering lines from 0 to 1."""
        tile = patterns.veins(int(self.rng.integers(patterns.VARIANTS)))
        return self._sample(tile, scale, self.rng.random(2))

    def pattern(self, draw: Callable[[int], patterns.Tile], scale: float) -> Plane:
        """A repeated ornament from 0 to 1; a tile of it is `scale` units wide."""
        tile = draw(int(self.rng.integers(patterns.VARIANTS)))
        return self._sample(tile, scale, self.rng.random(2))

    def scroll(self, scale: float) -> tuple[Plane, Plane]:
        """The lines of a vine, and its numbered leaves."""
        lines, leaves = patterns.scroll(int(self.rng.integers(patterns.VARIANTS)))
        shift = self.rng.random(2)
        return self._sample(lines, scale, shift), self._sample(leaves, scale, shift)

    def lost(self, scale: float, most: float) -> Plane:
        """Where the surface is worn away, 0 to 1; `most` is its share at full wear."""
        level = 1 - most * self.wear
        return threshold(self.noise(scale, 1.1), 0.5 + 0.62 * (level - 0.5), 0.03)

    def _sample(self, tile: patterns.Tile, scale: float, shift: np.ndarray) -> Plane:
        seen = self.zone > 0
        values = np.zeros(seen.shape, np.float32)
        values[seen] = patterns.sample(
            tile,
            self.across[seen] / np.float32(scale) + np.float32(shift[0]),
            self.up[seen] / np.float32(scale) + np.float32(shift[1]),
        )
        return values


def threshold(values: Plane, level: float, soft: float) -> Plane:
    """1 where values are above a level, 0 below, with a soft edge."""
    return np.clip((values - np.float32(level)) / np.float32(2 * soft) + 0.5, 0, 1)


def mixed(first: np.ndarray, second: np.ndarray | float, share: np.ndarray | float) -> np.ndarray:
    """From the first (0) to the second (1)."""
    return first + (second - first) * share
