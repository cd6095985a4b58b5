"""Birds as Chinese ornament draws them: phoenix and crane."""

import numpy as np

from qcmfm.demo.drawing.pen import Number, Pen, arc, curve, leaf, normals, ribbon

Spot = tuple[Number, Number]


def _wing(
    pen: Pen, root: Spot, wrist: Spot, length: Number, angles: tuple[Number, Number], count: int
) -> None:
    """A spread wing: long feathers fanned from `angles[0]` at the root to `angles[1]`."""
    start, end = np.asarray(root), np.asarray(wrist)
    for share, row, first in ((1.0, count, 0.45), (0.55, count - 1, 0.5)):
        for at in np.linspace(0, 1, row):
            base = start + (end - start) * at
            angle = angles[0] + (angles[1] - angles[0]) * at
            reach = length * share * (first + (1 - first) * at)
            width = 1.7 * length / count * (0.75 + 0.25 * share)
            feather = leaf((base[0], base[1]), angle, reach, width, 0.7)
            pen.fill(feather, 0.6 if share == 1 else 0.75, 0.012)
            if share == 1:
                tip = base + reach * 0.85 * np.array([np.cos(angle), np.sin(angle)])
                pen.groove(np.stack([base, tip]), 0.014)
    bone = curve([root, tuple((start + end) / 2 + [0, -0.06]), wrist], 12)
    pen.fill(ribbon(bone, [0.09, 0.085, 0.07]), 0.9, 0.015)


def phoenix(pen: Pen, rng: np.random.Generator) -> None:
    """A phoenix with spread wings, and long tail feathers that end in eyes."""
    feathers = int(rng.integers(3, 6))
    for at in np.linspace(-1, 1, feathers):
        swing = rng.uniform(0.9, 1.1)
        tail = [
            (0.05, 0.1),
            (0.12 + 0.16 * at, 0.42),
            (-0.05 + 0.42 * at * swing, 0.72 - 0.03 * at),
            (0.02 + 0.74 * at * swing, 1.02 - 0.16 * abs(at)),
        ]
        path = curve(tail, 26)
        pen.fill(ribbon(path, [0.05, 0.045, 0.06, 0.03]), 0.6, 0.012)
        for spot in range(6, 21, 3):
            barb = normals(path)[spot] * 0.09
            pen.fill(ribbon(path[spot] + np.outer([-1, 0, 1], barb), [0, 0.022, 0]), 0.5, 0)
        x, y = path[-1]
        heading = float(np.arctan2(*(path[-1] - path[-5])[::-1]))
        pen.fill(leaf((x, y), heading + np.pi, -0.24, 0.24, 0.6), 0.7, 0.012)
        x, y = path[-1] + 0.13 * np.array([np.cos(heading), np.sin(heading)])
        pen.cut(arc(x, y, 0.07, 0, 6.28))
        pen.disc(x, y, 0.04, 1, 0)
    lift = rng.uniform(0.25, 0.5)
    count = int(rng.integers(6, 9))
    _wing(pen, (-0.08, -0.08), (-0.66, -0.08 - lift), 0.72, (1.8, 3.9), count)
    _wing(pen, (0.1, -0.08), (0.66, -0.08 - lift), 0.72, (1.34, -0.76), count)
    reach = rng.uniform(-0.06, 0.06)
    neck = curve(
        [(0.06, 0.24), (0.02, 0.02), (-0.02, -0.22), (0.06 + reach, -0.45), (reach, -0.68)], 30
    )
    pen.fill(ribbon(neck, [0.05, 0.15, 0.15, 0.085, 0.075]), 0.8, 0.025)
    for spot in range(2, 22, 3):
        x, y = neck[spot]
        pen.groove(arc(x, y, 0.08, 3.6, 5.8, 6), 0.018)
    x, y = neck[-1]
    for turn in (-0.2, -0.65, -1.1):
        plume = [(x, y - 0.02), (x + 0.17, y + 0.14 * turn - 0.03), (x + 0.3, y + 0.32 * turn)]
        pen.fill(ribbon(curve(plume, 16), [0.045, 0.03, 0.04, 0.0]), 0.6, 0.01)
    pen.fill(np.array([(x - 0.06, y - 0.06), (x - 0.27, y + 0.04), (x - 0.05, y + 0.06)]), 0.9, 0)
    pen.disc(x, y, 0.105, 0.9, 0.015)
    pen.cut(arc(x - 0.03, y - 0.02, 0.03, 0, 6.28))


def crane(pen: Pen, rng: np.random.Generator) -> None:
    """A crane that stands with raised wings, long in neck, beak and legs."""
    step = rng.uniform(0.06, 0.2)
    lean = rng.uniform(-0.08, 0.08)
    for legs in (
        [(0.1, 0.3), (0.13, 0.62), (0.06, 1.0)],
        [(0.2, 0.28), (0.24 + step, 0.55), (0.3, 0.74 + step)],
    ):
        pen.fill(ribbon(curve(legs, 12), [0.05, 0.026, 0.026]), 0.7, 0.012)
        x, y = legs[-1]
        for turn in (2.6, 1.9, 0.5):
            pen.fill(leaf((x, y - 0.02), turn, 0.16, 0.05, 0.4), 0.7, 0)
    for angle in (0.15, 0.5, 0.85):
        pen.fill(leaf((0.28, 0.14), angle, 0.42, 0.15, 0.7), 0.45, 0.012)
    count = int(rng.integers(6, 9))
    lift = rng.uniform(0.36, 0.55)
    _wing(pen, (0.02, 0.02), (-0.45, 0.02 - lift), 0.64, (2.0, 4.1), count)
    _wing(pen, (0.16, 0.02), (0.66, 0.02 - lift), 0.64, (1.14, -0.96), count)
    body = curve([(-0.08, -0.04), (0.06, 0.1), (0.26, 0.2), (0.38, 0.24)], 16)
    pen.fill(ribbon(body, [0.07, 0.19, 0.17, 0.02]), 0.8, 0.025)
    bends = [
        (0.06, 0.1),
        (-0.14, -0.06),
        (-0.12, -0.34),
        (0.06 + lean, -0.56),
        (lean - 0.05, -0.84),
    ]
    neck = curve(bends, 30)
    pen.fill(ribbon(neck, [0.1, 0.065, 0.048, 0.045, 0.045]), 0.85, 0.025)
    x, y = neck[-1]
    pen.fill(np.array([(x - 0.02, y - 0.05), (x - 0.46, y + 0.06), (x - 0.02, y + 0.045)]), 1, 0.01)
    pen.disc(x, y, 0.078, 0.9, 0.0)
    pen.cut(arc(x - 0.02, y - 0.015, 0.022, 0, 6.28))
