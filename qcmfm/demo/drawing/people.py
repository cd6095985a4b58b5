"""Figurines of people: standing in a robe, or seated with crossed legs."""

import numpy as np

from qcmfm.demo.drawing.clay import Clay
from qcmfm.demo.drawing.scene import BODY, TRIM, Number, Scene

Region = tuple[Number, Number, Number, Number]
"""Middle (x, y) and half extents of the part that is decorated."""


def robed(scene: Scene, turn: Number, rng: np.random.Generator, floor: Number) -> Region:
    """A standing figure in a long robe with hanging sleeves."""
    y, lean = floor + 0.04, rng.uniform(-0.06, 0.06)
    width = rng.uniform(0.23, 0.29)
    clay = Clay(scene, 0.06)
    clay.roll([(0, y + 0.12), (lean * 0.4, y + 0.5), (lean, y + 0.84), (lean, y + 1.0)],
              [width, width * 0.86, width * 0.78, width * 0.62])  # fmt: skip
    clay.ball(0, y + 0.05, (width * 1.12, 0.09, width), 0.03)
    for side in (-1, 1):
        x = lean + side * width * 0.75
        clay.roll([(x, y + 0.94), (x + side * 0.12, y + 0.72), (lean + side * 0.08, y + 0.62)],
                  [0.13, 0.12, 0.1], 0.12)  # fmt: skip
        clay.roll([(lean + side * 0.16, y + 0.6), (lean + side * 0.22, y + 0.3)], [0.1, 0.07], 0.16)
        clay.groove([(lean + side * 0.1, y + 1.04), (lean + side * 0.02, y + 0.74)], 0.018, -0.025)
    for x in (-0.7, -0.35, 0.4, 0.75):
        clay.groove([(x * width + lean * 0.5, y + 0.55), (x * width * 1.15, y + 0.02)], 0.02, 0.03)
    clay.stand_on(y, 1.2 * width)
    clay.paint(BODY, turn=turn)
    hands = Clay(scene, 0.02)
    hands.ball(lean, y + 0.64, (0.07, 0.05, 0.06), 0.3)
    hands.paint(TRIM, turn=turn)
    _head(scene, (lean * 1.2, y + 1.18), 0.14, turn, rng)
    return 0.0, y + 0.42, width * 0.95, 0.42


def seated(scene: Scene, turn: Number, rng: np.random.Generator, floor: Number) -> Region:
    """A broad figure that sits with its legs crossed."""
    y = floor + 0.01
    sway = rng.uniform(-0.02, 0.02)
    clay = Clay(scene, 0.06)
    clay.ball(0, y + 0.16, (0.6, 0.17, 0.3), 0.0)
    clay.roll([(-0.5, y + 0.15), (0.1, y + 0.12)], [0.13, 0.09], 0.22)
    clay.roll([(0.5, y + 0.15), (-0.1, y + 0.12)], [0.13, 0.09], 0.2)
    clay.ball(0, y + 0.5, (0.36, 0.42, 0.3), 0.05)
    for side in (-1, 1):
        clay.roll(
            [(side * 0.32, y + 0.78), (side * 0.46, y + 0.5), (side * 0.14, y + 0.3)],
            [0.13, 0.12, 0.08],
            0.14,
        )
        clay.groove(
            [(side * 0.1, y + 0.86), (side * 0.16, y + 0.6), (0.02, y + 0.36)], 0.016, -0.02
        )
    clay.paint(BODY, turn=turn)
    _head(scene, (sway, y + 1.08), 0.19, turn, rng)
    return 0, y + 0.48, 0.34, 0.36


def _head(
    scene: Scene, at: tuple[Number, Number], size: Number, turn: Number, rng: np.random.Generator
) -> None:
    """A head with a calm face and dressed hair."""
    x, y = at
    face = x + 0.3 * size * np.sin(turn)
    clay = Clay(scene, 0.02)
    clay.roll([(x, y - size * 1.25), (x, y - size * 0.6)], [size * 0.5, size * 0.5])
    clay.ball(x, y, (size * 0.84, size * 1.05, size), 0.1)
    clay.ball(x, y - size * 0.5, (size * 0.6, size * 0.55, size * 0.7), 0.14)
    for side in (-1, 1):
        clay.ball(
            x + side * size * 0.86, y - size * 0.15, (size * 0.16, size * 0.4, size * 0.3), 0.05
        )
        eye = face + side * size * 0.34
        clay.groove(
            [
                (eye - size * 0.2, y + 0.02 * size),
                (eye, y - 0.06 * size),
                (eye + size * 0.2, y + 0.02 * size),
            ],
            0.01,
            0.025,
        )
        clay.groove(
            [
                (eye - size * 0.22, y + 0.22 * size),
                (eye, y + 0.3 * size),
                (eye + size * 0.22, y + 0.22 * size),
            ],
            0.01,
            0.018,
        )
    clay.groove([(face, y + 0.15 * size), (face, y - 0.25 * size)], 0.016, -0.03)
    clay.groove(
        [(face - size * 0.18, y - size * 0.52), (face + size * 0.18, y - size * 0.52)], 0.012, 0.025
    )
    clay.paint(TRIM, turn=turn, smooth=0.005)
    hair = Clay(scene, 0.03)
    hair.ball(x, y + size * 0.72, (size * 0.86, size * 0.48, size), 0.16)
    for puff in range(int(rng.integers(1, 4))):
        wide = size * (0.5 - 0.1 * puff)
        hair.ball(x, y + size * (1.2 + 0.34 * puff), (wide, size * 0.4, wide), 0.12)
    hair.paint(BODY, turn=turn)
