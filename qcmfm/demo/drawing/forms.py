"""Vessels on the lathe: vases and bowls; what else their makers need of outlines and handles."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from qcmfm.demo.drawing.clay import Clay
from qcmfm.demo.drawing.lathe import Profile, Stand, paint_mouth, paint_turned, smooth_profile
from qcmfm.demo.drawing.layout import Layout, turned_layout
from qcmfm.demo.drawing.plan import Plan
from qcmfm.demo.drawing.scene import BODY, TRIM, Number, Scene

Knots = list[tuple[Number, Number]]


@dataclass(frozen=True)
class Shape:
    """An outline of height 1 and where its neck starts.

    Args:
        knots: Height and radius.
        shoulder: Height where the body ends.
    """

    knots: Knots
    shoulder: Number


VASES = {
    "meiping": Shape(
        [(0.0, 0.15), (0.3, 0.17), (0.58, 0.265), (0.74, 0.3), (0.87, 0.24), (0.93, 0.1),
         (0.965, 0.075), (0.985, 0.1), (1.0, 0.105)], 0.91),
    "baluster": Shape(
        [(0.0, 0.17), (0.2, 0.2), (0.45, 0.28), (0.6, 0.29), (0.73, 0.21), (0.8, 0.125),
         (0.92, 0.13), (1.0, 0.185)], 0.77),
    "gourd": Shape(
        [(0.0, 0.17), (0.14, 0.27), (0.3, 0.305), (0.46, 0.24), (0.55, 0.135), (0.63, 0.165),
         (0.74, 0.19), (0.85, 0.13), (0.91, 0.065), (1.0, 0.075)], 0.87),
    "bottle": Shape(
        [(0.0, 0.17), (0.14, 0.27), (0.28, 0.3), (0.44, 0.22), (0.54, 0.1), (0.66, 0.07),
         (0.93, 0.068), (1.0, 0.09)], 0.55),
    "pear": Shape(
        [(0.0, 0.15), (0.12, 0.24), (0.28, 0.285), (0.46, 0.22), (0.66, 0.1), (0.82, 0.085),
         (0.95, 0.13), (1.0, 0.17)], 0.62),
    "beaker": Shape(
        [(0.0, 0.21), (0.12, 0.16), (0.3, 0.145), (0.36, 0.19), (0.46, 0.205), (0.56, 0.19),
         (0.62, 0.145), (0.82, 0.2), (1.0, 0.3)], 0.66),
    "rouleau": Shape(
        [(0.0, 0.2), (0.1, 0.215), (0.68, 0.225), (0.74, 0.19), (0.78, 0.105), (0.93, 0.1),
         (0.97, 0.14), (1.0, 0.15)], 0.765),
    "jar": Shape(
        [(0.0, 0.22), (0.25, 0.33), (0.55, 0.43), (0.72, 0.41), (0.84, 0.3), (0.88, 0.24),
         (1.0, 0.25)], 0.86),
}  # fmt: skip

BOWLS: dict[str, Knots] = {
    "round": [(0.0, 0.2), (0.04, 0.32), (0.14, 0.43), (0.28, 0.49), (0.42, 0.5)],
    "flared": [(0.0, 0.19), (0.06, 0.3), (0.16, 0.37), (0.3, 0.42), (0.42, 0.5)],
    "conical": [(0.0, 0.16), (0.16, 0.3), (0.32, 0.42), (0.4, 0.5)],
    "alms": [(0.0, 0.26), (0.08, 0.4), (0.2, 0.5), (0.32, 0.49), (0.42, 0.39), (0.45, 0.38)],
    "deep": [(0.0, 0.22), (0.06, 0.37), (0.22, 0.47), (0.45, 0.49), (0.56, 0.5)],
}


def varied(knots: Knots, rng: np.random.Generator, by: float = 0.07) -> Knots:
    """The same outline, a little slimmer or fuller as a whole and in each part."""
    slim = rng.uniform(0.88, 1.14)
    return [(height, radius * slim * rng.uniform(1 - by, 1 + by)) for height, radius in knots]


def _footed(knots: Knots, rise: Number) -> Knots:
    """The same outline on a splayed foot."""
    radius = knots[0][1]
    foot = [(0.0, radius * 1.14), (rise * 0.45, radius * 1.1), (rise * 0.55, radius * 0.98)]
    return foot + [(rise + height * (1 - rise / knots[-1][0]), radius) for height, radius in knots]


def _divided(
    scene: Scene,
    profile: Profile,
    foot: Number,
    shoulder: Number,
    rim: Number,
    parts: tuple[str, ...],
) -> tuple[np.ndarray, np.ndarray]:
    """Zones and part numbers along an outline, divided at heights."""
    height = profile.height
    zones = np.where((height < foot) | (height > rim), TRIM, BODY)
    numbers = np.zeros(len(height), int)
    if "foot" in parts:
        numbers[height < foot] = scene.number("foot")
    if "neck" in parts:
        numbers[height > shoulder] = scene.number("neck")
    return zones, numbers


def paint_handles(
    scene: Scene, stand: Stand, at: tuple[Number, Number, Number, Number], style: str, thick: Number
) -> None:
    """Paints a handle on either side.

    Args:
        scene: Where to.
        stand: Where the vessel stands.
        at: Radius and height of the lower and of the upper end.
        style: `loop`, `scroll`, `ring` or `strap`.
        thick: Radius of the roll, units.
    """
    low_radius, low, high_radius, high = at
    out = max(low_radius, high_radius)
    tall = high - low
    outlines = {
        "loop": [(high_radius, high), (out + 0.5 * tall, high + 0.12 * tall),
                 (out + 0.72 * tall, high - 0.3 * tall), (out + 0.5 * tall, low + 0.12 * tall),
                 (low_radius, low)],
        "scroll": [(out + 0.3 * tall, high - 0.12 * tall), (out + 0.12 * tall, high - 0.02 * tall),
                   (out + 0.24 * tall, high + 0.14 * tall), (out + 0.52 * tall, high),
                   (out + 0.44 * tall, high - 0.38 * tall), (out + 0.2 * tall, low + 0.3 * tall),
                   (out + 0.26 * tall, low + 0.08 * tall), (low_radius, low)],
        "strap": [(high_radius, high), (out + 0.42 * tall, high),
                  (out + 0.46 * tall, high - 0.1 * tall), (out + 0.3 * tall, low + 0.1 * tall),
                  (low_radius, low)],
    }  # fmt: skip
    for side in (-1, 1):
        clay = Clay(scene)
        if style == "ring":
            _mask_and_ring(clay, stand, (out, (low + high) / 2), side, tall, thick)
        else:
            points = np.array(outlines[style])
            way = np.linspace(0, 1, len(points))
            fine = np.linspace(0, 1, 18)
            curve = np.stack([smooth_way(way, points[:, axis], fine) for axis in (0, 1)], axis=1)
            seen = [stand.seen(side * np.pi / 2, radius, height) for radius, height in curve]
            clay.roll(seen, list(thick * np.interp(fine, [0, 0.5, 1], [1, 0.9, 1.15])))
        clay.paint(TRIM, "handles")


def smooth_way(at: np.ndarray, values: np.ndarray, fine: np.ndarray) -> np.ndarray:
    """Values between knots on a rounded line that may turn back."""
    return CubicSpline(at, values)(fine)


def _mask_and_ring(
    clay: Clay, stand: Stand, at: tuple[Number, Number], side: int, tall: Number, thick: Number
) -> None:
    """A beast's head at the shoulder that holds a ring."""
    x, y, z = stand.seen(side * np.pi / 2, at[0], at[1])
    size = 0.34 * tall
    clay.ball(x, y + 0.25 * tall, (size * 0.62, size * 0.75, size * 0.6), z)
    clay.ball(x + side * size * 0.45, y + 0.16 * tall, (size * 0.45, size * 0.35, size * 0.5), z)
    circle = np.linspace(0, 2 * np.pi, 15)
    middle = x + side * size * 0.55, y - 0.22 * tall
    ring = [(middle[0] + size * 0.75 * np.sin(t), middle[1] + size * np.cos(t)) for t in circle]
    clay.roll(ring, [thick * 0.62] * len(ring), z)


def vase(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    """A vase: meiping, baluster, gourd, bottle, pear, beaker, rouleau or jar."""
    shape = VASES[str(rng.choice(list(VASES)))]
    footed = "foot" in plan.parts or rng.random() < 0.35
    rise = rng.uniform(0.1, 0.13) if footed else 0.045
    knots = varied(shape.knots, rng)
    knots = _footed(knots, rise) if footed else knots
    widest = max(radius for _, radius in knots) * (1.4 if "handles" in plan.parts else 1)
    scale = min(1.46, 0.74 / widest)
    profile = smooth_profile(knots).scaled(scale)
    stand = Stand(0.0, -0.72, rng.uniform(0.08, 0.2), turn)
    foot = rise * scale
    shoulder = (rise + shape.shoulder * (1 - rise) if footed else shape.shoulder) * scale
    rim = 0.972 * scale
    style, thick = str(rng.choice(["loop", "scroll", "ring", "strap"])), rng.uniform(0.026, 0.036)
    if "handles" in plan.parts:
        low, high = shoulder - 0.1 * scale, min(shoulder + 0.16 * scale, 0.95 * scale)
        if high - low < 0.16 * scale:
            low = high - 0.2 * scale
        ends = [float(np.interp(at, profile.height, profile.radius)) for at in (low, high)]
        paint_handles(scene, stand, (ends[0] * 0.96, low, ends[1] * 0.96, high), style, thick)
    top = float(profile.radius[-1])
    paint_mouth(scene, top, scale, stand, 0.03, "neck" if "neck" in plan.parts else "")
    zones, numbers = _divided(scene, profile, foot, shoulder, rim, plan.parts)
    paint_turned(scene, profile, stand, zones, numbers)
    low, high = np.interp([foot * 1.1, shoulder], profile.height, profile.along)
    return turned_layout(profile, low, high, [m.place for m in plan.motifs], rng.random() < 0.6)


def bowl(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    """A bowl, with its inside showing."""
    knots = varied(BOWLS[str(rng.choice(list(BOWLS)))], rng, 0.03)
    rise = rng.uniform(0.08, 0.12) if "foot" in plan.parts else rng.uniform(0.035, 0.06)
    profile = smooth_profile(_footed(knots, rise))
    profile = profile.scaled(0.75 / float(profile.radius.max()))
    tilt = rng.uniform(0.16, 0.34)
    stand = Stand(0.0, -0.35, tilt, turn)
    height = float(profile.height[-1])
    foot = rise * height / knots[-1][0]
    paint_mouth(scene, float(profile.radius[-1]), height, stand, 0.03)
    zones, numbers = _divided(scene, profile, foot, height, 0.95 * height, plan.parts)
    paint_turned(scene, profile, stand, zones, numbers)
    low, high = np.interp(
        [max(foot * 1.1, 0.26 * height), 0.94 * height], profile.height, profile.along
    )
    return turned_layout(profile, low, high, [m.place for m in plan.motifs], True)
