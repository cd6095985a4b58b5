"""Boxes with lids: round ones on the lathe, lobed ones from above, rectangular ones."""

from collections.abc import Callable

import numpy as np

from qcmfm.demo.drawing.clay import Clay
from qcmfm.demo.drawing.lathe import Stand, paint_turned, smooth_profile
from qcmfm.demo.drawing.layout import Band, Layout, Spot, flat_layout, turned_layout
from qcmfm.demo.drawing.plan import Plan
from qcmfm.demo.drawing.scene import BODY, TRIM, Number, Scene, paint_disc


def box(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    """A box: round, lobed or rectangular."""
    kinds = (_round_box, _lobed_box, _rectangular_box)
    return kinds[rng.integers(len(kinds))](scene, plan, turn, rng)


def _knob(scene: Scene, plan: Plan, at: tuple[Number, Number, Number], size: Number) -> None:
    if "knob" not in plan.parts:
        return
    clay = Clay(scene)
    x, y, z = at
    clay.ball(x, y + 0.1 * size, (size * 0.75, size * 0.35, size * 0.5), z)
    clay.ball(x, y + 0.8 * size, (size, size * 0.85, size), z)
    clay.paint(TRIM, "knob")


def _round_box(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    side, dome = rng.uniform(0.16, 0.34), rng.uniform(0.12, 0.28)
    slit = side * rng.uniform(0.45, 0.6)
    knots = [
        (0.0, 0.43), (0.02, 0.44), (0.04, 0.47), (0.08, 0.495), (slit, 0.5), (slit + 0.012, 0.488),
        (slit + 0.024, 0.5), (side, 0.49), (side + 0.25 * dome, 0.44), (side + 0.7 * dome, 0.27),
        (side + 0.95 * dome, 0.09), (side + dome, 0.0),
    ]  # fmt: skip
    profile = smooth_profile(knots, 480)
    tilt = rng.uniform(0.42, 0.66)
    whole = (side + dome) * np.cos(tilt) + np.sin(tilt) * 0.9
    scale = min(1.46 / whole, 1.46)
    profile = profile.scaled(scale)
    stand = Stand(0, -whole * scale / 2 + 0.43 * scale * np.sin(tilt), tilt, turn)
    lid_from = (slit + 0.012) * scale
    edge = np.abs(profile.height - lid_from) < 0.035 * scale
    zones = np.where(edge | (profile.height < 0.04 * scale), TRIM, BODY)
    lid = scene.number("lid") if "lid" in plan.parts else 0
    numbers = np.where(profile.height > lid_from, lid, 0)
    cap = int(np.searchsorted(profile.height, (side - 0.01) * scale))
    paint_turned(scene, profile, stand, zones, numbers, cap)
    top = stand.seen(0, 0, (side + dome) * scale)
    _knob(scene, plan, top, 0.075)
    low = float(np.interp(0.06 * scale, profile.height, profile.along))
    high = float(profile.along[-1] - 0.22 * scale)
    places = [motif.place for motif in plan.motifs]
    return turned_layout(profile, low, high, places, True)


def _lobed_box(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    lobes = int(rng.choice([0, 0, 5, 6, 8]))
    deep = rng.uniform(0.03, 0.07) if lobes else 0
    tilt, size = rng.uniform(0.35, 0.75), 0.72
    thick = rng.uniform(0.14, 0.26)

    def outline(angle: np.ndarray) -> np.ndarray:
        return size * (1 - deep + deep * np.abs(np.cos(angle * lobes / 2)) * 2) / (1 + deep)

    height = (
        np.array([0, 0.3, 0.72, 0.78, 0.9, 1.0]),
        np.array([0.2, 0.18, 0.1, 0.075, 0.045, -0.08]),
    )
    for step in np.linspace(0, 1, 8)[:-1]:
        middle = (0.0, (step - 1) * thick * np.sin(tilt))
        wall = (np.array([0, 0.94, 1]), np.array([step * thick, step * thick, step * thick - 0.09]))
        paint_disc(scene, middle, outline, wall, tilt, turn, TRIM, level=step * thick)
    height = height[0], height[1] + thick
    rim = _rim_zone(0.72, 0.76)
    paint_disc(
        scene, (0, 0), outline, height, tilt, turn, rim, "lid" if "lid" in plan.parts else ""
    )
    _knob(scene, plan, (0, 0.02, 0.2), 0.075)
    band = Band(-np.pi, 2 * np.pi, 0.76, 0.98, 2 * np.pi * 0.87 / 0.22)
    reach = 0.7 if any(motif.place == "border" for motif in plan.motifs) else 0.88
    return flat_layout([m.place for m in plan.motifs], (size * reach, size * reach), band=band)


def _rim_zone(low: Number, high: Number) -> Callable[[np.ndarray], np.ndarray]:
    """Plain between two shares of the radius."""

    def zone(share: np.ndarray) -> np.ndarray:
        return np.where((share > low) & (share < high), TRIM, BODY)

    return zone


def _camera(yaw: Number, tilt: Number) -> np.ndarray:
    """Turns object axes (right, up, ahead) into those of the picture."""
    turned = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    cos, sin = np.cos(tilt), np.sin(tilt)
    return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]]) @ turned


def _paint_face(
    scene: Scene,
    corner: np.ndarray,
    sides: tuple[np.ndarray, np.ndarray],
    start: tuple[Number, Number],
    rims: tuple[Number, ...],
    parts: tuple[tuple[float, int], ...],
) -> None:
    """Paints one flat side.

    Args:
        scene: Where to.
        corner: Its lower left corner.
        sides: The edges from there to the right and upwards.
        start: Surface coordinates of the corner.
        rims: How far up the sheet plain rails run, units.
        parts: Ways up from which a part begins, and its number.
    """
    across, up = sides
    ends = np.stack([corner, corner + across, corner + up, corner + across + up])
    window = scene.window(
        (float(ends[:, 0].min()), float(ends[:, 0].max())),
        (float(ends[:, 1].min()), float(ends[:, 1].max())),
    )
    x = scene.x[window[1]][None] - np.float32(corner[0])
    y = scene.y[window[0]][:, None] - np.float32(corner[1])
    area = across[0] * up[1] - across[1] * up[0]
    a = (x * up[1] - y * up[0]) / area
    b = (y * across[0] - x * across[1]) / area
    width, height = (float(np.linalg.norm(side)) for side in sides)
    mask = (a >= 0) & (a <= 1) & (b >= 0) & (b <= 1)
    normal = np.cross(across, up) / (width * height)
    near = [np.clip(1 - edge / 0.022, 0, 1) for edge in (a * width, (1 - a) * width, b * height,
                                                         (1 - b) * height)]  # fmt: skip
    lean = (near[1] - near[0])[None] * (across / width)[:, None, None]
    lean = lean + (near[3] - near[2])[None] * (up / height)[:, None, None]
    # A plate of no thickness would mirror one tone all over; real ones are slightly bowed.
    bow = (a - 0.5) * (across / width)[:, None, None] + (b - 0.5) * (up / height)[:, None, None]
    bent = normal[:, None, None] + 0.7 * lean + 0.3 * bow
    bent /= np.linalg.norm(bent, axis=0)
    edge = np.minimum(np.minimum(a, 1 - a) * width, np.minimum(b, 1 - b) * height)
    zones = np.where(edge < 0.035, TRIM, BODY)
    numbers = np.zeros(a.shape, np.int8)
    for rail in rims:
        zones[np.abs(b * height - rail) < 0.02] = TRIM
        groove = np.clip(1 - np.abs(b * height - rail) / 0.008, 0, 1)
        bent[1] -= groove * np.sign(rail - b * height) * 0.8
    for begin, number in parts:
        numbers[b * height >= begin] = number
    depth = corner[2] + a * across[2] + b * up[2]
    place = np.stack([start[0] + a * width, start[1] + b * height] * 2).astype(np.float32)
    scene.paint(window, mask, depth, bent.astype(np.float32), zones, numbers, place, place[:2])


def _rectangular_box(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    wide, tall, deep = 1.0, rng.uniform(0.42, 0.7), rng.uniform(0.5, 0.8)
    yaw = turn + rng.choice([-1, 1]) * rng.uniform(0.0, 0.5)
    tilt = rng.uniform(0.3, 0.6)
    camera = _camera(yaw, tilt)
    corners = np.array([[x, y, z] for x in (0, wide) for y in (0, tall) for z in (0, -deep)])
    seen = corners @ camera.T
    span = np.ptp(seen[:, :2], axis=0)
    scale = 1.46 / max(span)
    wide, tall, deep = wide * scale, tall * scale, deep * scale
    middle = (seen[:, :2].max(0) + seen[:, :2].min(0)) / 2 * scale
    origin = -np.array([middle[0], middle[1], 0])
    right, up, back = (camera @ axis for axis in np.diag([wide, tall, -deep]))
    lid = scene.number("lid") if "lid" in plan.parts else 0
    slit = tall * rng.uniform(0.52, 0.66)
    begins = ((slit, lid),)
    start = (-wide / 2, 0.0)
    if np.sin(yaw) > 0:
        _paint_face(scene, origin + back, (-back, up), (start[0] - deep, 0), (slit,), begins)
    else:
        _paint_face(scene, origin + right, (back, up), (start[0] + wide, 0), (slit,), begins)
    _paint_face(scene, origin + up, (right, back), (start[0], tall), (), ((0.0, lid),))
    _paint_face(scene, origin, (right, up), start, (slit,), begins)
    top = origin + up + right / 2 + back / 2
    _knob(scene, plan, (float(top[0]), float(top[1]), float(top[2])), 0.075)
    return _box_layout(plan, (wide, tall, deep))


def _box_layout(plan: Plan, sides: tuple[Number, Number, Number]) -> Layout:
    """Single motifs on the front, the upper one on the top; a border at the foot all round."""
    wide, tall, deep = sides
    places = [motif.place for motif in plan.motifs]
    thick = min(0.16, 0.36 * tall)
    low = 0.04 + (thick if "border" in places else 0)
    band = Band(-wide / 2 - deep, wide + 2 * deep, 0.04, 0.04 + thick, (wide + 2 * deep) / thick)
    half = (wide / 2 - 0.05, (tall - low - 0.03) / 2)
    front = [place for place in places if place != "upper"]
    layout = flat_layout(front, half, (0, low + half[1]), band)
    if "upper" not in places:
        return layout
    height = 0.8 * deep
    spots = layout.spots | {
        "upper": Spot(0.0, tall + deep / 2, min(wide * 0.7, 1.3 * height), height)
    }
    return Layout(spots, layout.band)
