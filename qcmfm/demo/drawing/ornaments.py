"""Flowers, clouds, waves and signs as Chinese ornament draws them."""

import numpy as np
from jaxtyping import Float

from qcmfm.demo.drawing.pen import Number, Pen, arc, curve, leaf, normals, ribbon, spiral, turned


def lotus(pen: Pen, rng: np.random.Generator) -> None:
    """A lotus from the side: pointed petals around a seed pod, on a stem."""
    bend = rng.uniform(-0.25, 0.25)
    pen.fill(ribbon(curve([(0, 0.3), (bend, 0.7), (bend * 0.4, 1.05)], 14), [0.05, 0.045]), 0.5)
    for side in (-1, 1):
        leafy = leaf((bend * 0.7, 0.86), -np.pi / 2 + side * 1.32, 0.75, 0.26, 0.5)
        pen.fill(leafy, 0.45)
        pen.groove(curve([(bend * 0.7, 0.86), (bend * 0.7 + side * 0.6, 0.71)], 4), 0.02)
    back = int(rng.choice([5, 7]))
    for at in sorted(np.linspace(-1, 1, back), key=abs, reverse=True):
        _lotus_petal(pen, 0.1 * at, 0.25, 1.32 * at, 1.12 - 0.14 * abs(at), 0.44, 0.55)
    top = rng.uniform(-0.32, -0.24)
    pen.fill(np.array([(-0.3, top), (0.3, top), (0.16, 0.2), (-0.16, 0.2)]), 0.8, 0.03)
    pen.fill(arc(0, 0, 1, 0, 6.28, 20) * [0.3, 0.1] + [0, top], 0.9, 0.02)
    for x in (-0.18, 0, 0.18):
        pen.cut(arc(x, top + 0.01, 0.045, 0, 6.28))
    front = int(rng.choice([4, 6]))
    for at in sorted(np.linspace(-1, 1, front), key=abs, reverse=True):
        _lotus_petal(pen, 0.16 * at, 0.42, 1.3 * at, 0.62 + 0.24 * abs(at), 0.4, 0.8)
    _lotus_petal(pen, 0, 0.45, 0, 0.56, 0.4, 0.95)


def _lotus_petal(
    pen: Pen, x: Number, y: Number, lean: Number, length: Number, width: Number, height: Number
) -> None:
    """A pointed petal with veins; `lean` is its slant from upright."""
    pen.fill(leaf((x, y), lean - np.pi / 2, length, width, 0.52), height, 0.022)
    for spread in (-0.1, 0.0, 0.1):
        low, high = spread * width * 1.5, spread * width * 0.7
        vein = turned(np.array([(0.3 * length, low), (0.8 * length, high)]), lean - np.pi / 2)
        pen.groove(vein + np.array([x, y]), 0.016, height * 0.55)


def peony(pen: Pen, rng: np.random.Generator) -> None:
    """A full round peony of many ruffled petals, with leaves behind it."""
    start = rng.uniform(0, 2 * np.pi)
    leaves = int(rng.integers(3, 6))
    for at in range(leaves):
        _peony_leaf(pen, start + at * 2 * np.pi / leaves + rng.uniform(-0.15, 0.15))
    turn = rng.uniform(0, 6.28)
    outer = int(rng.integers(6, 9))
    rings = ((0.86, 0.52, outer), (0.66, 0.62, outer - 1), (0.45, 0.75, 5), (0.26, 0.9, 4))
    for ring, (radius, height, petals) in enumerate(rings):
        for at in range(petals):
            angle = turn + ring * 0.5 + at * 2 * np.pi / petals
            _peony_petal(pen, angle, radius, radius * 3.9 / petals, height)
    pen.disc(0, 0, 0.09, 1)


def _peony_petal(pen: Pen, angle: Number, radius: Number, half: Number, height: Number) -> None:
    """A fan-shaped petal with a notched rim, from the middle to `radius`."""
    across = np.linspace(-1, 1, 19)
    rim = radius * (1 - 0.3 * across**6) * (1 - 0.07 * np.exp(-((across / 0.16) ** 2)))
    fan = np.stack([rim, across * half], axis=1)
    outline = np.concatenate([[(0.0, 0.0)], fan])
    pen.fill(turned(outline, angle), height, 0.02)
    for spread in (-0.55, 0.0, 0.55):
        vein = np.array([(0.62 * radius, spread * half * 0.7), (0.84 * radius, spread * half)])
        pen.groove(turned(vein, angle), 0.02, height * 0.5)


def _peony_leaf(pen: Pen, angle: Number) -> None:
    """Three pointed lobes that stick out from behind the flower."""
    for turn, length in ((-0.38, 0.95), (0.38, 0.95), (0.0, 1.15)):
        base = (0.3 * np.cos(angle), 0.3 * np.sin(angle))
        pen.fill(leaf(base, angle + turn, length - 0.2, 0.26, 0.6), 0.4, 0.015)
        vein = np.array([(0.3, 0.0), (length - 0.28, 0.0)])
        pen.groove(turned(vein, angle + turn) + base, 0.018)


def cloud(pen: Pen, rng: np.random.Generator) -> None:
    """A cloud with a head of scrolled lobes, as on a ruyi sceptre, and a drifting tail."""
    drift, fall = rng.uniform(0.9, 1.2), rng.uniform(0.9, 1.1)
    tail = curve(
        [(-0.5, 0.3), (0.0, 0.72 * fall), (0.6 * drift, 0.72 * fall), (1.1 * drift, 1.0 * fall),
         (1.6 * drift, 0.86 * fall)], 40,
    )  # fmt: skip
    pen.fill(ribbon(tail, [0.3, 0.26, 0.19, 0.13, 0.01]), 0.5)
    side = normals(tail)
    for shift in (-0.07, 0.07):
        pen.slit((tail + side * shift)[6:28], 0.03)
    pen.fill(np.array([(-0.9, 0.2), (0.9, 0.2), (0.5, 0.46), (-0.5, 0.46)]), 0.6)
    middle, big, small = rng.uniform(0.42, 0.5), rng.uniform(0.36, 0.42), rng.uniform(0.22, 0.27)
    lobes = [
        (-0.98, 0.2, small, -1), (0.98, 0.2, small, 1), (-0.6, -0.08, big, -1),
        (0.6, -0.08, big, 1), (0.0, -0.34, middle, 1), (-0.24, 0.36, small, -1),
        (0.24, 0.36, small, 1),
    ]  # fmt: skip
    if rng.random() < 0.5:
        lobes = [(0.86 * drift, 0.62 * fall, 0.24, 1), *lobes]
    for x, y, radius, hand in lobes:
        pen.disc(x, y, radius, 0.75, 0.03)
        pen.slit(spiral(x, y, radius * 0.7, radius * 0.12, 1.5708, -1.4 * hand), 0.055)


def wave(pen: Pen, rng: np.random.Generator) -> None:
    """Breakers that curl over rows of overlapping arcs."""
    across = int(rng.integers(2, 4))
    radius, rows = (0.5, 3) if across == 2 else (0.4, 4)
    waterline = 0.05
    breakers = [(-0.35, -0.2, 0.85), (0.62, 0.02, 0.6)] if across == 2 else [
        (-0.72, 0.02, 0.55), (0.05, -0.18, 0.75), (0.75, 0.02, 0.55)
    ]  # fmt: skip
    for x, y, size in breakers:
        _breaker(pen, x + rng.uniform(-0.06, 0.06), y, size)
    for row in range(rows):
        y = waterline + radius * (0.75 + row * 0.5)
        for x in (np.arange(-4, 5) + (row % 2) / 2) * 2 * radius:
            for ring in range(3 if abs(x) < 1.1 + radius else 0):
                hill = arc(float(x), y, radius * (1 - 0.31 * ring), np.pi, 2 * np.pi, 14)
                pen.fill(hill, 0.85 if ring % 2 == 0 else 0.5, 0.024)
    foot = waterline + radius * (0.75 + (rows - 1) * 0.5)
    pen.frame(-1.1, 1.1, foot)


def _breaker(pen: Pen, x: Number, y: Number, size: Number) -> None:
    """A wave crest that curls to the left, with fingers of foam."""
    back = curve([(0.9, 1.3), (0.62, 0.5), (0.2, -0.2), (-0.32, -0.42)], 20)
    hook = spiral(-0.36, 0.02, 0.44, 0.12, -1.45, -0.72)
    path = np.concatenate([back, hook]) * size + [x, y]
    pen.fill(ribbon(path, [0.4 * size, 0.34 * size, 0.24 * size, 0.14 * size, 0.06 * size]), 0.75)
    for shift in (-0.08, 0.08):
        pen.slit((path + normals(path) * shift * size)[2:-12], 0.022)
    for spot in range(15, len(path), 4):
        tip = path[spot] + normals(path)[spot] * -0.24 * size
        pen.disc(tip[0], tip[1], 0.1 * size, 0.95, 0.012)


def _square_spiral(turns: int) -> Float[np.ndarray, "point 2"]:
    """A square spiral on a grid of unit steps, from its outer end inwards."""
    heading = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
    side = 2 * turns
    lengths = [side, *(length for length in range(side, 0, -2) for _ in range(2))]
    corners = [np.zeros(2)]
    for step, length in enumerate(lengths):
        corners.append(corners[-1] + heading[step % 4] * length)
    return np.array(corners, dtype=np.float64)


def key_fret(pen: Pen, rng: np.random.Generator) -> None:
    """Squared spirals, four back to back."""
    turns = int(rng.choice([2, 2, 3]))
    path = _square_spiral(turns) / (2 * turns)
    thick = rng.uniform(0.26, 0.32) / turns
    for sign in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        line = (path + np.array([0.14, 0.14])) * sign
        pen.fill(_squared(line, thick), 0.85, 0)
        pen.groove(line, 0.22 * thick, 0.3)


def fret_band(pen: Pen, units: int) -> None:
    """One unbroken squared meander between two rails, `units` turns long."""
    turn = np.array(
        [(0.0, 0.9), (0.0, 0.1), (0.9, 0.1), (0.9, 0.66), (0.45, 0.66), (0.45, 0.38)], dtype=float
    )
    for at in range(units):
        step = np.array([at * 1.2, 0])
        pen.fill(_squared(turn + step, 0.13), 0.8, 0)
        foot = np.array([(0.0, 0.9), (1.2, 0.9)])
        pen.fill(_squared(foot + step, 0.13), 0.8, 0)


def _squared(path: Float[np.ndarray, "point 2"], width: Number) -> Float[np.ndarray, "corner 2"]:
    """The outline of a band of even width along a path of right angles."""
    along = np.diff(path, axis=0)
    along /= np.hypot(along[:, :1], along[:, 1:])
    side = np.stack([along[:, 1], -along[:, 0]], axis=1) * width / 2
    ends = np.concatenate([side[:1], side[:-1] + side[1:], side[-1:]])
    square = np.concatenate([-along[:1], np.zeros((len(path) - 2, 2)), along[-1:]]) * width / 2
    return np.concatenate([path + ends + square, (path - ends + square)[::-1]])


def medallion(pen: Pen, rng: np.random.Generator) -> None:
    """A round sign for long life in a ring."""
    pen.fill(arc(0, 0, 1, 0, 6.28, 60), 0.6, 0)
    pen.cut(arc(0, 0, 0.86, 0, 6.28, 50))
    if rng.random() < 0.5:
        for angle in np.linspace(0, 2 * np.pi, 25)[:-1]:
            pen.cut(arc(0.93 * np.cos(angle), 0.93 * np.sin(angle), 0.03, 0, 6.28, 8))
    thick = rng.uniform(0.105, 0.125)
    levels = np.linspace(-0.54, 0.5, 6)
    long = rng.permutation(4) < 2
    for row, y in enumerate(levels):
        reach = float(np.sqrt(0.76**2 - y * y))
        if row in (1, 2, 3, 4) and not long[row - 1]:
            # A short stroke, framed by hooks that end on the row below.
            pen.fill(_bar(0, y, reach * 0.42, thick), 0.85, 0)
            for side in (-1, 1):
                hook = [(reach * 0.66, y - 0.05), (reach, y - 0.05), (reach, y + 0.1)]
                hook = [(side * x, y) for x, y in hook]
                pen.fill(_squared(np.array(hook), thick * 0.8), 0.85, 0)
        else:
            pen.fill(_bar(0, y, reach, thick), 0.85, 0)
    pen.fill(_squared(np.array([(0.0, -0.74), (0.0, 0.72)]), thick), 0.95, 0)
    for side in (-1, 1):
        low = [(side * 0.28, 0.5), (side * 0.28, 0.66)]
        pen.fill(_squared(np.array(low), thick * 0.8), 0.85, 0)


def _bar(x: Number, y: Number, half: Number, thick: Number) -> Float[np.ndarray, "corner 2"]:
    """A level stroke."""
    return np.array([(x - half, y - thick / 2), (x + half, y - thick / 2),
                     (x + half, y + thick / 2), (x - half, y + thick / 2)])  # fmt: skip
