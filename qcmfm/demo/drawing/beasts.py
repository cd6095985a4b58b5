"""Animals as Chinese ornament draws them: dragon, bat, and the taotie mask."""

from itertools import pairwise

import numpy as np
from jaxtyping import Float

from qcmfm.demo.drawing.pen import Number, Pen, arc, curve, leaf, normals, ribbon, spiral, turned


def dragon(pen: Pen, rng: np.random.Generator) -> None:
    """A dragon in profile, coiled in an S, with four clawed legs."""
    sway = rng.uniform(-0.06, 0.06, size=(10, 2))
    spine = np.array(
        [
            (-0.42, -0.62), (-0.1, -0.8), (0.42, -0.72), (0.6, -0.3), (0.12, -0.05),
            (-0.42, 0.08), (-0.56, 0.52), (-0.08, 0.72), (0.42, 0.5), (0.86, 0.62),
        ]
    )  # fmt: skip
    path = curve([(x, y) for x, y in spine + sway], 110)
    widths = [0.11, 0.13, 0.15, 0.155, 0.155, 0.15, 0.135, 0.1, 0.06, 0.02]
    for at, side in ((0.2, 1), (0.36, -1), (0.55, 1), (0.68, -1)):
        _leg(pen, path, at, side, rng)
    for spot in range(6, 104, 5):
        tip = path[spot] + normals(path)[spot] * (np.interp(spot, [0, 110], [0.3, 0.14]))
        pen.fill(np.array([path[spot - 4], tip, path[spot + 4]]), 0.5, 0)
    pen.fill(ribbon(path, widths), 0.7, 0.03)
    _scales(pen, path, widths)
    for turn in (-0.7, 0.0, 0.7):
        pen.fill(leaf(tuple(path[-3]), turn + rng.uniform(-0.2, 0.2), 0.26, 0.1, 0.35), 0.6, 0)
    _dragon_head(pen, path[0], 0.36 * rng.uniform(0.95, 1.1), rng.uniform(-0.25, 0.1))


def _leg(
    pen: Pen, path: Float[np.ndarray, "point 2"], at: Number, side: int, rng: np.random.Generator
) -> None:
    """A bent leg with four claws that leaves the body to one side of its path."""
    spot = round(at * (len(path) - 1))
    out = normals(path)[spot] * side
    along = np.array([out[1], -out[0]]) * side
    knee = path[spot] + out * 0.27 + along * 0.12
    foot = knee + out * 0.08 - along * rng.uniform(0.2, 0.26)
    pen.fill(ribbon(curve([tuple(path[spot]), tuple(knee), tuple(foot)], 14), [0.1, 0.08, 0.045]))
    heading = float(np.arctan2(*(foot - knee)[::-1]))
    for turn in (-1.1, -0.4, 0.3, 1.0):
        pen.fill(leaf(tuple(foot), heading + turn, 0.17, 0.06, 0.35), 0.8, 0.008)


def _scales(pen: Pen, path: Float[np.ndarray, "point 2"], widths: list[Number]) -> None:
    """Rows of crescents across the body."""
    side = normals(path)
    half = np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, len(widths)), widths)
    for row, spot in enumerate(range(8, len(path) - 14, 4)):
        ahead = path[spot + 3] - path[spot]
        for across in (-0.45, 0.45) if row % 2 else (-0.8, 0.0, 0.8):
            left, right = (path[spot] + side[spot] * half[spot] * (across + d) for d in (0.4, -0.4))
            pen.groove(np.array([left, (left + right) / 2 + ahead, right]), 0.018)


def _dragon_head(pen: Pen, at: Float[np.ndarray, "2"], scale: Number, tilt: Number) -> None:
    """A head in profile that looks left, its mouth open."""

    def put(points: Float[np.ndarray, "point 2"]) -> Float[np.ndarray, "point 2"]:
        return turned(points * scale, tilt) + at

    for y in (-0.3, -0.05, 0.2, 0.42):
        mane = ribbon(curve([(0.0, y), (0.45, y * 1.5), (0.9, y * 1.9 - 0.25)], 10), [0.16, 0.1, 0])
        pen.fill(put(mane), 0.5, 0.02)
    for lift in (0.0, 0.3):
        horn = curve([(0.0, -0.3), (0.3, -0.62 - lift), (0.75, -0.72 - lift), (1.0, -0.98 - lift)])
        pen.fill(put(ribbon(horn, [0.1, 0.09, 0.06, 0.01])), 0.85, 0.02)
    whiskers = (
        [(-0.9, -0.3), (-1.25, -0.62), (-1.05, -1.0), (-1.4, -1.3)],
        [(-0.9, 0.0), (-1.35, 0.25), (-1.25, 0.7), (-1.6, 0.95)],
    )
    for whisker in whiskers:
        pen.fill(put(ribbon(curve(whisker, 16), [0.08, 0.065, 0.02])), 0.8, 0.01)
    skull = curve(
        [
            (0.3, -0.25), (-0.02, -0.48), (-0.32, -0.3), (-0.68, -0.3), (-0.95, -0.48),
            (-1.14, -0.26), (-1.06, -0.06), (-0.7, -0.1), (-0.36, 0.08), (-0.62, 0.24),
            (-0.98, 0.26), (-0.86, 0.46), (-0.36, 0.48), (0.14, 0.42), (0.4, 0.1),
        ],
        45,
        closed=True,
    )  # fmt: skip
    pen.fill(put(skull), 0.85, 0.03)
    pen.fill(put(leaf((0.02, 0.02), 0.5, 0.5, 0.25)), 0.7, 0.012)
    pen.cut(put(arc(-0.2, -0.18, 0.13, 0, 6.28)))
    pen.fill(put(arc(-0.2, -0.18, 0.07, 0, 6.28)), 1, 0)
    pen.groove(put(arc(-0.9, -0.28, 0.1, 1, 5)), 0.02)


def bat(pen: Pen, rng: np.random.Generator) -> None:
    """A bat from above, with spread scalloped wings."""
    scallops = int(rng.integers(3, 5))
    lift, droop = rng.uniform(0.5, 0.7), rng.uniform(0.2, 0.4)
    top = curve([(0.0, -0.1), (0.26, -0.28), (0.6, -lift - 0.08), (0.86, -lift), (1.0, -0.1)], 24)
    edge = curve([(1.0, -0.1), (1.0, droop), (0.7, 0.62), (0.32, 0.66), (0.0, 0.5)], 1 + scallops)
    rim = [top]
    for a, b in pairwise(edge):
        middle = (a + b) / 2 + (np.array([0.2, -0.12]) - (a + b) / 2) * 0.36
        rim.append(curve([tuple(a), tuple(middle), tuple(b)], 12))
    start = len(pen)
    pen.fill(np.concatenate(rim), 0.55, 0)
    for rib in edge[1:-1]:
        bone = curve([(0.3, -0.3), tuple(rib * [0.85, 0.45]), tuple(rib)], 10)
        pen.fill(ribbon(bone, [0.03, 0.0]), 1, 0.022)
    pen.slit(curve([(0.1, -0.06), (0.34, -0.2), (0.64, -lift + 0.08), (0.84, -lift + 0.18)], 16))
    hook = spiral(0.82, -lift + 0.06, 0.17, 0.03, -1.9, 1.1)
    pen.fill(ribbon(hook, [0.055, 0.05, 0.02]), 0.9, 0.025)
    pen.reflect(start)
    pen.fill(curve([(0, -0.3), (0.17, 0.0), (0.12, 0.38), (0, 0.62), (-0.12, 0.38), (-0.17, 0)], 24,
                   closed=True), 0.8, 0.03)  # fmt: skip
    start = len(pen)
    pen.fill(leaf((0.07, -0.3), -1.12, 0.4, 0.2, 0.45), 0.7, 0.02)
    pen.reflect(start)
    pen.fill(curve([(0, -0.46), (0.16, -0.36), (0.12, -0.16), (0, -0.04), (-0.12, -0.16),
                    (-0.16, -0.36)], 20, closed=True), 0.9, 0.03)  # fmt: skip
    start = len(pen)
    pen.cut(arc(0.07, -0.28, 0.035, 0, 6.28, 8))
    pen.reflect(start)


def taotie(pen: Pen, rng: np.random.Generator) -> None:
    """A frontal mask with big eyes and curled horns."""
    horn, jaw = rng.uniform(-0.06, 0.06), rng.uniform(-0.06, 0.06)
    start = len(pen)
    # Horn, ear, brow, cheek that hooks into a fang: each a separate stroke around the eye.
    path = [(0.16, -0.42), (0.5, -0.5), (0.8, -0.62 + horn), (0.86, -0.9), (0.56, -0.94),
            (0.56, -0.74)]  # fmt: skip
    pen.fill(ribbon(curve(path, 36), [0.1, 0.125, 0.125, 0.1, 0.07, 0.03]), 0.8)
    ear = [(0.84, -0.42), (1.06, -0.5), (1.0, -0.16), (0.8, -0.14)]
    pen.fill(curve(ear, 18, closed=True), 0.65)
    face = [(0.0, -0.4), (0.42, -0.36), (0.84, -0.2), (0.9, 0.2), (0.72, 0.44), (0.3, 0.4),
            (0.0, 0.5)]  # fmt: skip
    pen.fill(np.asarray(face), 0.5)
    brow = curve([(0.14, -0.26), (0.4, -0.34), (0.7, -0.24), (0.84, -0.02)], 18)
    pen.fill(ribbon(brow, [0.07, 0.09, 0.06, 0.02]), 0.85, 0.03)
    pen.fill(leaf((0.14, 0.06), -0.12, 0.7, 0.46, 0.5), 0.3, 0.035)
    pen.disc(0.46, 0.01, 0.2 + rng.uniform(-0.02, 0.02), 1, 0.035)
    pen.cut(arc(0.46, 0.01, 0.075, 0, 6.28))
    hook = [(0.2, 0.34), (0.6, 0.36), (0.94, 0.3), (0.98, 0.7 + jaw), (0.66, 0.84), (0.56, 0.66)]
    cheek = curve(hook, 34)
    pen.fill(ribbon(cheek, [0.07, 0.1, 0.11, 0.1, 0.07, 0.02]), 0.75)
    for x in (0.16, 0.4):
        pen.fill(np.array([(x - 0.1, 0.46), (x + 0.1, 0.46), (x + 0.01, 0.8 - x * 0.2)]), 0.9)
    pen.reflect(start)
    start = len(pen)
    nose = [(0.0, -0.72), (0.1, -0.5), (0.09, 0.0), (0.2, 0.28), (0.24, 0.44), (0.1, 0.5),
            (0.0, 0.46)]  # fmt: skip
    pen.fill(np.asarray(nose + [(-x, y) for x, y in nose[::-1]]), 0.95, 0.03)
    pen.slit(spiral(0.13, 0.38, 0.07, 0.02, -2, 1.2), 0.022)
    pen.reflect(len(pen) - 1)
