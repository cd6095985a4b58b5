"""Vessels on three legs: censers and ding."""

import numpy as np

from qcmfm.demo.drawing.clay import Clay
from qcmfm.demo.drawing.forms import Knots, paint_handles, smooth_way, varied
from qcmfm.demo.drawing.lathe import Profile, Stand, paint_mouth, paint_turned, smooth_profile
from qcmfm.demo.drawing.layout import Layout, turned_layout
from qcmfm.demo.drawing.plan import Plan
from qcmfm.demo.drawing.scene import BODY, TRIM, Number, Scene

BODIES: dict[str, Knots] = {
    "bulbous": [(0.0, 0.16), (0.05, 0.3), (0.18, 0.42), (0.3, 0.4), (0.38, 0.31), (0.43, 0.3),
                (0.5, 0.36)],
    "squat": [(0.0, 0.22), (0.03, 0.36), (0.14, 0.46), (0.26, 0.42), (0.32, 0.35), (0.4, 0.39)],
    "bombe": [(0.0, 0.24), (0.05, 0.38), (0.15, 0.43), (0.26, 0.36), (0.32, 0.33), (0.37, 0.37)],
}  # fmt: skip

DINGS = {
    "round": [(0.0, 0.1), (0.03, 0.26), (0.1, 0.37), (0.24, 0.42), (0.4, 0.43), (0.46, 0.45)],
    "shallow": [(0.0, 0.1), (0.03, 0.3), (0.1, 0.43), (0.22, 0.48), (0.32, 0.48), (0.37, 0.51)],
    "lobed": [(0.0, 0.12), (0.04, 0.34), (0.13, 0.44), (0.24, 0.43), (0.36, 0.38), (0.44, 0.43)],
}  # fmt: skip


def _leg(
    scene: Scene, stand: Stand, angle: Number, way: list[tuple[Number, Number, Number]]
) -> None:
    """One leg, from the body down: radius from the axis, height and thickness along it."""
    clay = Clay(scene)
    knots, fine = np.array(way), np.linspace(0, 1, 12)
    at = np.linspace(0, 1, len(knots))
    radii, heights, thick = (smooth_way(at, knots[:, axis], fine) for axis in range(3))
    points = [stand.seen(angle, *each) for each in zip(radii, heights, strict=True)]
    clay.roll(points, list(thick), points[0][2])
    foot = points[-1]
    clay.ball(foot[0], foot[1], (thick[-1] * 1.25, thick[-1] * 0.7, thick[-1] * 1.2), foot[2])
    clay.paint(TRIM, "legs")


def _leg_way(style: str, radius: Number, body: Number, drop: Number) -> list:
    if style == "column":
        return [
            (radius * 0.72, body * 0.22, 0.085),
            (radius * 0.74, -drop * 0.3, 0.07),
            (radius * 0.75, -drop * 0.8, 0.062),
            (radius * 0.76, -drop, 0.075),
        ]
    if style == "blade":
        return [
            (radius * 0.78, body * 0.25, 0.07),
            (radius * 0.84, -drop * 0.2, 0.06),
            (radius * 0.72, -drop * 0.7, 0.045),
            (radius * 0.86, -drop, 0.05),
        ]
    return [(radius * 0.72, body * 0.2, 0.1), (radius * 0.86, -drop * 0.05, 0.085),
            (radius * 0.74, -drop * 0.6, 0.05), (radius * 0.84, -drop, 0.065)]  # fmt: skip


def _upright_loops(
    scene: Scene, stand: Stand, radius: Number, height: Number, size: tuple[Number, Number]
) -> None:
    """Two loops that stand on the rim."""
    tall, thick = size
    arch = np.linspace(0, np.pi, 11)
    for angle in (-1.2, 1.2):
        x, y, z = stand.seen(angle, radius * 0.93, height)
        half, lean = 0.26 * tall, np.sign(x) * 0.1 * tall
        bow = [(x + lean - half * np.cos(t), y + tall - half * (1 - np.sin(t))) for t in arch]
        clay = Clay(scene)
        way = [(x - half, y - 0.06), *bow, (x + half, y - 0.06)]
        clay.roll(way, [thick * 1.1, *[thick] * len(bow), thick * 1.1], z)
        clay.paint(TRIM, "handles")


def _mouth(scene: Scene, profile: Profile, stand: Stand) -> None:
    paint_mouth(scene, float(profile.radius[-1]), float(profile.height[-1]), stand, 0.04)


def _body(scene: Scene, profile: Profile, stand: Stand, rim: Number) -> None:
    zones = np.where(profile.height > rim, TRIM, BODY)
    paint_turned(scene, profile, stand, zones, np.zeros(len(zones), int))


def _layout(profile: Profile, plan: Plan, share: tuple[Number, Number]) -> Layout:
    along = profile.along
    top = float(profile.height[-1])
    low, high = np.interp([share[0] * top, share[1] * top], profile.height, along)
    return turned_layout(profile, low, high, [m.place for m in plan.motifs], True)


def ding(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    """A ding: a cauldron on three legs, with two upright loops on its rim."""
    profile = smooth_profile(varied(DINGS[str(rng.choice(list(DINGS)))], rng, 0.03))
    drop = rng.uniform(0.26, 0.42)
    tall = rng.uniform(0.2, 0.28)
    scale = min(1.5 / (profile.height[-1] + drop + tall), 0.73 / float(profile.radius.max()))
    profile, drop, tall = profile.scaled(scale), drop * scale, tall * scale
    height = float(profile.height[-1])
    stand = Stand(0.0, -(height + drop + tall) / 2 + drop, rng.uniform(0.1, 0.22), turn)
    radius = float(profile.radius.max())
    way = _leg_way(str(rng.choice(["column", "column", "cabriole", "blade"])), radius, height, drop)
    _leg(scene, stand, np.pi, way)
    loops = (float(profile.radius[-1]), height, (tall, rng.uniform(0.032, 0.045)))
    _mouth(scene, profile, stand)
    _upright_loops(scene, stand, *loops)
    _body(scene, profile, stand, 0.9 * height)
    for angle in (-0.85, 0.85):
        _leg(scene, stand, angle, way)
    return _layout(profile, plan, (0.2, 0.88))


def _paint_lid(
    scene: Scene, stand: Stand, radius: Number, height: Number, rng: np.random.Generator
) -> None:
    """A domed lid with a finial."""
    rise = rng.uniform(0.45, 0.75) * radius
    knots = [(0.0, 1.0), (0.04, 1.03), (0.1, 0.98), (0.5, 0.82), (0.85, 0.45), (0.97, 0.2),
             (1.02, 0.12)]  # fmt: skip
    finial = [(1.06, 0.1), (1.16, 0.17), (1.3, 0.2), (1.42, 0.12), (1.5, 0.03)]
    if rng.random() < 0.5:
        finial = [(1.05, 0.12), (1.1, 0.2), (1.15, 0.12), (1.3, 0.16), (1.36, 0.11), (1.6, 0.01)]
    dome = smooth_profile([(at * rise, share * radius) for at, share in knots + finial])
    zones = np.where((dome.height < 0.1 * rise) | (dome.height > 1.02 * rise), TRIM, BODY)
    seat = Stand(stand.x, stand.y + height * np.cos(stand.tilt), stand.tilt, stand.turn)
    numbers = np.full(len(zones), scene.number("lid"))
    paint_turned(scene, dome, seat, zones, numbers, cap=60, start=10)


def censer(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    """A censer: a bulbous body, with legs, handles and a lid where the plan has them."""
    profile = smooth_profile(varied(BODIES[str(rng.choice(list(BODIES)))], rng, 0.03))
    legged, lidded = "legs" in plan.parts, "lid" in plan.parts
    drop = rng.uniform(0.16, 0.24) if legged else 0.06
    radius, height = float(profile.radius.max()), float(profile.height[-1])
    whole = height + drop + (0.85 * radius if lidded else 0.1)
    scale = min(1.46 / whole, (0.56 if "handles" in plan.parts else 0.72) / radius)
    profile, drop = profile.scaled(scale), drop * scale
    radius, height = radius * scale, height * scale
    stand = Stand(0.0, -whole * scale / 2 + drop, rng.uniform(0.12, 0.26), turn)
    style, legs = (
        str(rng.choice(["loop", "scroll", "ring", "strap"])),
        str(rng.choice(["cabriole", "column"])),
    )
    way = _leg_way(legs, radius, height, drop)
    if legged:
        _leg(scene, stand, np.pi, way)
    else:
        _foot_ring(scene, stand, float(profile.radius[0]), drop)
    if "handles" in plan.parts:
        ends = [float(np.interp(at * height, profile.height, profile.radius)) for at in (0.5, 0.95)]
        thick = rng.uniform(0.034, 0.046)
        paint_handles(scene, stand, (ends[0] * 0.95, 0.5 * height, ends[1], height), style, thick)
    _mouth(scene, profile, stand)
    _body(scene, profile, stand, 0.92 * height)
    if legged:
        for angle in (-0.8, 0.8):
            _leg(scene, stand, angle, way)
    mouth = float(profile.radius[-1])
    if lidded:
        _paint_lid(scene, stand, mouth * 0.96, height, rng)
    return _layout(profile, plan, (0.1, 0.9))


def _foot_ring(scene: Scene, stand: Stand, radius: Number, drop: Number) -> None:
    ring = smooth_profile(
        [(0.0, radius * 1.35), (drop * 0.5, radius * 1.2), (drop * 1.4, radius * 1.25)]
    )
    below = Stand(stand.x, stand.y - drop * np.cos(stand.tilt), stand.tilt, stand.turn)
    zones = np.full(len(ring.height), TRIM)
    paint_turned(scene, ring, below, zones, np.zeros(len(zones), int))
