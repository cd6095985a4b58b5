"""Figurines: recumbent beasts, elephants, ducks, horses and standing figures."""

import numpy as np

from qcmfm.demo.drawing.clay import Clay
from qcmfm.demo.drawing.layout import Band, Layout, flat_layout
from qcmfm.demo.drawing.people import Region, robed, seated
from qcmfm.demo.drawing.plan import Plan
from qcmfm.demo.drawing.scene import BODY, TRIM, Number, Scene


def figurine(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    """A figurine on its base, if the plan has one."""
    kinds = (_beast, _elephant, _duck, robed, seated)
    kind = kinds[rng.integers(len(kinds))]
    based = "base" in plan.parts
    floor = -0.62 if based else -0.72
    if based:
        _base(scene, turn, rng, {robed: 0.42, seated: 0.6}.get(kind, 0.7))
    x, y, half_x, half_y = kind(scene, turn, rng, floor)
    places = [motif.place for motif in plan.motifs]
    band = None
    if "border" in places:
        thick = min(0.2, 0.6 * half_y)
        low = y - half_y
        band = Band(-1.0, 2.0, low, low + thick, 2.0 / thick)
        y, half_y = y + thick / 2, half_y - thick / 2
    return flat_layout(places, (half_x, half_y), (x, y), band)


def _base(scene: Scene, turn: Number, rng: np.random.Generator, half: Number) -> None:
    """A low plinth: a slab with rounded ends, or a round stand with petals."""
    clay = Clay(scene, 0.01)
    half *= np.cos(turn)
    clay.roll([(-half + 0.05, -0.75), (half - 0.05, -0.75)], [0.06, 0.06])
    clay.roll([(-half + 0.1, -0.66), (half - 0.1, -0.66)], [0.05, 0.05], -0.02)
    if rng.random() < 0.5:
        for x in np.arange(-half + 0.07, half - 0.03, 0.11):
            clay.ball(x, -0.705, (0.05, 0.06, 0.05), 0.05)
    else:
        clay.groove([(-half, -0.7), (half, -0.7)], 0.02, 0.02)
    clay.paint(TRIM, "base", smooth=0.006)


def _paws(clay: Clay, x: Number, y: Number, side: int) -> None:
    for step in range(3):
        toe = x + side * (0.01 + 0.03 * step)
        clay.groove([(toe, y - 0.035), (toe + side * 0.015, y + 0.02)], 0.01, 0.02)


def _beast(scene: Scene, turn: Number, rng: np.random.Generator, floor: Number) -> Region:
    """A recumbent lion, hound or buffalo, its head raised."""
    side = int(rng.choice([-1, 1]))
    y, slim = floor + 0.015, np.cos(turn)
    head_y = y + rng.uniform(0.66, 0.8)
    back = Clay(scene, 0.06)
    tail = [(-0.52, 0.2), (-0.68, 0.3), (-0.7, 0.48), (-0.58, 0.55), (-0.52, 0.46)]
    back.roll([(-side * a * -slim, y + b) for a, b in tail], [0.05, 0.045, 0.045, 0.05, 0.03], -0.1)
    back.paint(BODY, turn=turn)
    clay = Clay(scene, 0.05)
    clay.ball(-side * 0.06 * slim, y + 0.27, (0.5, 0.28, 0.3), 0.0, side * 0.06)
    clay.ball(-side * 0.4 * slim, y + 0.22, (0.25, 0.25, 0.24), 0.12, 0)
    clay.ball(side * 0.3 * slim, y + 0.32, (0.24, 0.31, 0.24), 0.06, 0)
    clay.roll([(side * 0.36, y + 0.42), (side * 0.45, head_y)], [0.22, 0.17], 0.1)
    clay.roll([(-side * 0.42, y + 0.06), (-side * 0.12, y + 0.05)], [0.09, 0.06], 0.22)
    clay.roll([(side * 0.26, y + 0.14), (side * 0.3, y + 0.05), (side * 0.6, y + 0.05)],
              [0.11, 0.09, 0.065], 0.2)  # fmt: skip
    _paws(clay, side * 0.57, y + 0.04, side)
    _paws(clay, -side * 0.14, y + 0.04, side)
    head = side * 0.47, head_y
    clay.ball(*head, (0.2, 0.19, 0.18), 0.2)
    clay.ball(head[0] + side * 0.15, head[1] - 0.06, (0.14, 0.1, 0.14), 0.24)
    eye = head[0] + side * 0.07, head[1] + 0.04
    clay.ball(*eye, (0.035, 0.028, 0.03), 0.39)
    clay.groove(
        [(head[0] + side * 0.27, head[1] - 0.09), (head[0] + side * 0.1, head[1] - 0.1)],
        0.012,
        0.03,
    )
    clay.groove(
        [(eye[0] - 0.05, eye[1] + 0.05), (eye[0], eye[1] + 0.065), (eye[0] + 0.05, eye[1] + 0.045)],
        0.014,
        -0.02,
    )
    clay.ball(head[0] + side * 0.25, head[1] - 0.02, (0.04, 0.03, 0.03), 0.34)
    _head_dress(clay, head, side, rng)
    for step in range(5):
        x = -side * (0.3 - 0.13 * step)
        clay.groove([(x, y + 0.52), (x - side * 0.03, y + 0.46)], 0.012, 0.015)
    arch = np.linspace(-0.4, 2.2, 9)
    clay.groove(
        [(-side * (0.38 + 0.22 * np.cos(t)), y + 0.2 + 0.22 * np.sin(t)) for t in arch], 0.014, 0.02
    )
    clay.paint(BODY, turn=turn)
    return -side * 0.05, y + 0.3, 0.42, 0.23


def _head_dress(
    clay: Clay, head: tuple[Number, Number], side: int, rng: np.random.Generator
) -> None:
    """A mane of curls, long ears, or horns."""
    x, y = head
    kind = rng.integers(3)
    if kind == 0:
        for place in range(9):
            angle = 1.2 + place * 0.42
            at = x - side * 0.03 + side * 0.2 * np.cos(angle), y + 0.2 * np.sin(angle)
            clay.ball(*at, (0.062, 0.062, 0.05), 0.26)
            clay.groove([at, (at[0] + 0.02, at[1] + 0.02)], 0.014, 0.02)
    elif kind == 1:
        clay.ball(x - side * 0.12, y - 0.02, (0.065, 0.17, 0.05), 0.34, side * -0.35)
    else:
        horn = [(0.02, 0.15), (0.2, 0.27), (0.36, 0.22)]
        clay.roll([(x - side * a, y + b) for a, b in horn], [0.05, 0.04, 0.012], 0.2)
        clay.ball(x - side * 0.18, y + 0.06, (0.1, 0.045, 0.05), 0.3, side * 0.4)


def _elephant(scene: Scene, turn: Number, rng: np.random.Generator, floor: Number) -> Region:
    """A standing elephant with a saddle cloth."""
    side = int(rng.choice([-1, 1]))
    y = floor + 0.035
    far = Clay(scene, 0.05)
    for x in (-0.26, 0.34):
        far.roll([(side * x, y + 0.45), (side * (x + 0.02), y + 0.06)], [0.14, 0.12], -0.15)
    far.paint(BODY, turn=turn)
    clay = Clay(scene, 0.06)
    clay.ball(-side * 0.06, y + 0.66, (0.5, 0.36, 0.36), 0, side * 0.05)
    clay.ball(-side * 0.3, y + 0.6, (0.28, 0.34, 0.34), 0.02)
    for x in (-0.4, 0.2):
        clay.roll([(side * x, y + 0.5), (side * x, y + 0.09)], [0.16, 0.125], 0.14)
        for toe in (-0.07, 0.0, 0.07):
            clay.ball(side * x + toe, y + 0.02, (0.032, 0.03, 0.02), 0.26)
    head = side * 0.42, y + 0.82
    clay.ball(*head, (0.24, 0.25, 0.24), 0.12)
    up = rng.random() < 0.4
    trunk = [(0.58, 0.72), (0.68, 0.5), (0.68, 0.3), (0.6, 0.16), (0.52, 0.15)]
    trunk = [(0.6, 0.74), (0.72, 0.7), (0.74, 0.9), (0.66, 1.05), (0.7, 1.12)] if up else trunk
    clay.roll([(side * a, y + b) for a, b in trunk], [0.12, 0.09, 0.07, 0.055, 0.04], 0.16)
    clay.roll([(side * 0.54, y + 0.62), (side * 0.66, y + 0.56)], [0.035, 0.012], 0.34)
    clay.roll([(-side * 0.54, y + 0.75), (-side * 0.6, y + 0.45)], [0.03, 0.018], 0.05)
    clay.ball(side * 0.3, y + 0.76, (0.13, 0.2, 0.06), 0.34, side * 0.2)
    clay.ball(side * 0.5, y + 0.86, (0.028, 0.02, 0.03), 0.34)
    for step in range(5):
        ring = (0.62 + 0.012 * step, 0.6 - 0.07 * step)
        if not up:
            clay.groove(
                [(side * (ring[0] - 0.06), y + ring[1]), (side * (ring[0] + 0.08), y + ring[1])],
                0.01,
                0.012,
            )
    for x in (-0.36, 0.2):
        clay.groove([(side * x, y + 0.99), (side * x * 1.04, y + 0.42)], 0.018, -0.02)
    clay.groove([(-side * 0.36, y + 0.42), (side * 0.2, y + 0.42)], 0.018, -0.02)
    clay.paint(BODY, turn=turn)
    return -side * 0.09, y + 0.68, 0.31, 0.27


def _duck(scene: Scene, turn: Number, rng: np.random.Generator, floor: Number) -> Region:
    """A duck or goose, swimming or resting."""
    side = int(rng.choice([-1, 1]))
    y, neck = floor + 0.06, rng.uniform(0.0, 0.25)
    clay = Clay(scene, 0.07)
    clay.ball(-side * 0.06, y + 0.3, (0.54, 0.33, 0.34), 0, side * -0.08)
    clay.ball(side * 0.26, y + 0.34, (0.28, 0.32, 0.3), 0.02)
    clay.roll([(-side * 0.4, y + 0.34), (-side * 0.7, y + 0.5)], [0.17, 0.05], 0.0)
    top = y + 0.82 + neck
    throat = [(0.34, y + 0.5), (0.42, y + 0.62), (0.36, top - 0.06), (0.42, top)]
    clay.roll([(side * a, b) for a, b in throat], [0.19, 0.14, 0.11, 0.11], 0.05)
    clay.ball(side * 0.45, top, (0.17, 0.14, 0.14), 0.08)
    clay.roll([(side * 0.56, top - 0.02), (side * 0.73, top - 0.05)], [0.07, 0.035], 0.08)
    clay.ball(side * 0.5, top + 0.03, (0.028, 0.028, 0.03), 0.2)
    clay.ball(-side * 0.16, y + 0.36, (0.4, 0.22, 0.12), 0.26, side * -0.2)
    clay.groove([(side * 0.73, top - 0.055), (side * 0.52, top - 0.04)], 0.01, 0.02)
    for row in range(3):
        for step in range(4 - row):
            x = -side * (0.36 + 0.1 * row)
            clay.groove(
                [
                    (x + side * 0.1, y + 0.26 + 0.075 * step + 0.03 * row),
                    (x - side * 0.1, y + 0.3 + 0.075 * step + 0.03 * row),
                ],
                0.01,
                0.02,
            )
    if rng.random() < 0.6:
        clay.roll([(-0.2, y + 0.0), (0.2, y + 0.0)], [0.09, 0.09], 0.1)
    clay.paint(BODY, turn=turn)
    return -side * 0.02, y + 0.32, 0.4, 0.25
