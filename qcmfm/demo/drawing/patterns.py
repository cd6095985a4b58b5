"""Small ornament that repeats over a surface, and noise: square tiles without a seam."""

import functools

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw

TILE = 192
"""Rows and columns of a tile."""
VARIANTS = 6
"""How many different tiles of a kind there are."""

Tile = Float[np.ndarray, "tile_row tile_column"]
_FINE = 2


class _Wrapped:
    """A drawing board whose right edge goes on at its left, and its lower at its upper."""

    def __init__(self):
        self.image = Image.new("L", (TILE * _FINE, TILE * _FINE))
        self.draw = ImageDraw.Draw(self.image)

    def line(self, points: np.ndarray, width: float, value: int = 255) -> None:
        for moved in self._copies(points):
            self.draw.line(moved, value, max(1, round(width * _FINE)), "curve")

    def fill(self, points: np.ndarray, value: int = 255) -> None:
        for moved in self._copies(points):
            self.draw.polygon(moved, value)

    def _copies(self, points: np.ndarray) -> list[list[tuple[float, float]]]:
        low, high = points.min(axis=0), points.max(axis=0)
        shifts = [
            (x, y)
            for x in (-TILE, 0, TILE)
            for y in (-TILE, 0, TILE)
            if low[0] + x < TILE + 8 and high[0] + x > -8
            and low[1] + y < TILE + 8 and high[1] + y > -8
        ]  # fmt: skip
        return [[((a + x) * _FINE, (b + y) * _FINE) for a, b in points] for x, y in shifts]

    def tile(self) -> Tile:
        small = self.image.resize((TILE, TILE), Image.Resampling.BOX)
        return np.asarray(small, np.float32) / 255


def _spiral(x: float, y: float, radius: float, start: float, turns: float) -> np.ndarray:
    at = np.linspace(0, 1, 22)
    angle = start + 2 * np.pi * turns * at
    shrink = radius * (1 - 0.85 * at)
    return np.stack([x + shrink * np.cos(angle), y + shrink * np.sin(angle)], axis=1)


def _leaf(x: float, y: float, size: float, angle: float) -> np.ndarray:
    at = np.linspace(0, 2 * np.pi, 16)
    along, aside = size * np.cos(at), 0.5 * size * np.sin(at) * (1 - 0.5 * np.cos(at))
    return np.stack(
        [x + along * np.cos(angle) - aside * np.sin(angle),
         y + along * np.sin(angle) + aside * np.cos(angle)], axis=1,
    )  # fmt: skip


def _vine(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Curling stems with a leaf each, spread evenly over a tile."""
    cells, curls = 4, []
    for row in range(cells):
        for column in range(cells):
            x = (column + 0.5 * (row % 2) + 0.5 + rng.uniform(-0.1, 0.1)) * TILE / cells
            y = (row + 0.5 + rng.uniform(-0.1, 0.1)) * TILE / cells
            start, hand = rng.uniform(0, 2 * np.pi), rng.choice([-1, 1])
            stem = _spiral(x, y, 0.56 * TILE / cells, start, hand * rng.uniform(1.1, 1.5))
            x, y = stem[5] + rng.uniform(-2, 2, 2)
            leaf = _leaf(x, y, 8.5, rng.uniform(0, np.pi))
            curls.append((stem, leaf))
    return curls


@functools.cache
def scroll(variant: int) -> tuple[Tile, Tile]:
    """A network of curling stems: its lines, and leaves numbered 0 to 1 (0: none)."""
    rng = np.random.default_rng(variant)
    lines, leaves = _Wrapped(), _Wrapped()
    for stem, leaf in _vine(rng):
        lines.line(stem, 2.3)
        leaves.fill(leaf, int(rng.choice([80, 160, 240])))
        lines.line(np.concatenate([leaf, leaf[:1]]), 2.0)
    return lines.tile(), leaves.tile()


@functools.cache
def diaper(variant: int) -> Tile:
    """A carved ground: lozenges with a flower each, or small waves of key pattern."""
    board, step = _Wrapped(), TILE / (8 if variant % 2 else 12)
    for row in range(round(TILE / step)):
        for column in range(round(TILE / step)):
            x, y = (column + 0.5) * step, (row + 0.5) * step
            if variant % 3 == 2:
                board.line(_key(x, y, step * 0.42), 2.2)
                continue
            corner = step * np.array([[0, -0.5], [0.5, 0], [0, 0.5], [-0.5, 0], [0, -0.5]])
            board.line(corner + np.array([x, y]), 2.0)
            for angle in np.arange(4) * np.pi / 2 + np.pi / 4:
                board.fill(_leaf(x + step * 0.12 * np.cos(angle), y + step * 0.12 * np.sin(angle),
                                 step * 0.13, angle))  # fmt: skip
    return board.tile()


def _key(x: float, y: float, half: float) -> np.ndarray:
    way = [(-1, 1), (-1, -1), (1, -1), (1, 0.6), (-0.35, 0.6), (-0.35, -0.3), (0.3, -0.3)]
    return np.array(way) * half + np.array([x, y])


@functools.cache
def thunder(variant: int) -> Tile:
    """Squared spirals close together, the ground of early bronzes."""
    board, step = _Wrapped(), TILE / (8 + 2 * (variant % 2))
    for row in range(round(TILE / step)):
        for column in range(round(TILE / step)):
            flip = np.array([1 if (row + column) % 2 else -1, 1 if column % 2 else -1])
            key = _key(0.0, 0.0, step * 0.4) * flip
            board.line(key + np.array([column + 0.5, row + 0.5]) * step, 2.6)
    return board.tile()


@functools.cache
def punched(variant: int) -> Tile:
    """Rings from a punch, in staggered rows: the matted ground of goldsmiths."""
    board, step = _Wrapped(), TILE / (16 + 2 * (variant % 3))
    circle = np.linspace(0, 2 * np.pi, 12)
    ring = np.stack([np.cos(circle), np.sin(circle)], axis=1) * step * 0.34
    for row in range(round(TILE / step)):
        for column in range(round(TILE / step)):
            shift = 0.5 * (row % 2)
            middle = np.array([column + shift + 0.5, row + 0.5]) * step
            board.line(ring + middle, 1.8)
    return board.tile()


@functools.cache
def noise(variant: int, fall: float) -> Tile:
    """Noise from 0 to 1 with a mean of 0.5; the greater `fall`, the softer its patches."""
    rng = np.random.default_rng(1000 + variant)
    rows, columns = np.fft.fftfreq(TILE)[:, None], np.fft.rfftfreq(TILE)[None]
    far = np.hypot(rows, columns)
    far[0, 0] = 1
    spectrum = np.fft.rfft2(rng.standard_normal((TILE, TILE))) * far**-fall
    spectrum[0, 0] = 0
    values = np.fft.irfft2(spectrum, (TILE, TILE))
    return np.clip(0.5 + 0.22 * values / values.std(), 0, 1).astype(np.float32)


@functools.cache
def veins(variant: int) -> Tile:
    """Thin wandering lines from 0 to 1."""
    ridge = np.abs(noise(variant, 1.5) - 0.5) * 2
    return np.exp(-((ridge / 0.09) ** 2)).astype(np.float32)


def sample(tile: Tile, across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """A repeated tile at coordinates of which 1 is one tile, between its pixels."""
    x, y = across * np.float32(TILE), up * np.float32(TILE)
    left, low = np.floor(x), np.floor(y)
    a, b = x - left, y - low
    left, low = left.astype(np.int32) % TILE, low.astype(np.int32) % TILE
    right, high = (left + 1) % TILE, (low + 1) % TILE
    first = tile[low, left] * (1 - a) + tile[low, right] * a
    return first * (1 - b) + (tile[high, left] * (1 - a) + tile[high, right] * a) * b
