"""Fringes, tassels and cords."""

import numpy as np
from jaxtyping import Float

from qcmfm.demo.drawing.cloth import THREAD, Cloth, Colour
from qcmfm.demo.drawing.pen import Number, arc, curve, ribbon, turned


def fringe(
    cloth: Cloth,
    rng: np.random.Generator,
    start: tuple[Number, Number],
    end: tuple[Number, Number],
    fall: tuple[Number, Number],
    part: str = "fringe",
) -> None:
    """Threads that hang from the line between two points, as far as `fall` says."""
    count = max(10, round(np.hypot(end[0] - start[0], end[1] - start[1]) / 0.013))
    at = np.linspace(0, 1, count)[:, None]
    roots = np.asarray(start) + (np.asarray(end) - np.asarray(start)) * at
    # Threads keep together in tufts.
    sway = np.repeat(rng.normal(0, 0.012, (count // 5 + 1, 2)), 5, axis=0)[:count]
    tips = roots + np.asarray(fall) * rng.uniform(0.82, 1.05, (count, 1)) + sway
    tips += rng.normal(0, 0.006, (count, 2))
    knots = roots + 0.35 * np.asarray(fall) + sway * 0.2
    lines = list(np.stack([roots, knots, tips], axis=1))
    coverage, tone = cloth.lines(lines, 0.011, rng)
    cloth.lay(coverage, cloth.accent * tone[..., None], THREAD, part, 0.008)
    head = np.asarray(fall) * 0.14
    band, _ = cloth.lines([np.stack([np.asarray(start) + head, np.asarray(end) + head])], 0.035)
    cloth.lay(band, cloth.accent * np.float32(0.75), THREAD, part, 0.012)


def tassel(
    cloth: Cloth,
    rng: np.random.Generator,
    at: tuple[Number, Number],
    length: Number,
    angle: Number = np.pi / 2,
    part: str = "tassel",
) -> None:
    """A bound tassel that hangs from a point; `angle` is where it hangs to, clockwise from x."""
    spread = 0.2 * length

    def put(points: Float[np.ndarray, "point 2"]) -> Float[np.ndarray, "point 2"]:
        return turned(points, angle) + np.asarray(at)

    lines = []
    for side in np.linspace(-1, 1, 22):
        side = side + rng.normal(0, 0.06)
        reach = length * rng.uniform(0.92, 1.03)
        path = [(0.28 * length, side * spread * 0.45), (0.6 * length, side * spread * 0.85),
                (reach, side * spread)]  # fmt: skip
        lines.append(put(np.array(path)))
    coverage, tone = cloth.lines(lines, 0.016, rng)
    cloth.lay(coverage, cloth.accent * tone[..., None], THREAD, part, 0.012)
    cap = curve([(0, 0), (0.1, -0.07), (0.24, -0.1), (0.34, -0.1), (0.34, 0.1), (0.24, 0.1),
                 (0.1, 0.07)], 24, closed=True)  # fmt: skip
    cloth.lay(cloth.region(put(cap * length)), cloth.accent * np.float32(0.85), THREAD, part, 0.03)
    bound, _ = cloth.lines([put(np.array([(0.3, -0.1), (0.3, 0.1)]) * length)], 0.06 * length)
    cloth.lay(bound, cloth.trim, THREAD, part, 0.01)


def cord(
    cloth: Cloth,
    points: list[tuple[Number, Number]],
    width: Number,
    colour: Colour,
    part: str = "cord",
) -> None:
    """A twisted cord along a line; `width` is half of its thickness."""
    path = curve(points, 20 * len(points))
    ply = np.float32(0.85) + np.float32(0.2) * np.sin((cloth.x + cloth.y) * np.pi / width)
    coverage = cloth.region(ribbon(path, [width, width]))
    for x, y in (path[0], path[-1]):
        coverage = np.maximum(coverage, cloth.region(arc(x, y, width, 0, 6.28)))
    cloth.lay(coverage, colour * ply[..., None], THREAD, part, 0.03)
