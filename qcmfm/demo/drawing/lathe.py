"""Solids turned on a lathe, seen from slightly above."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.interpolate import PchipInterpolator

from qcmfm.demo.drawing.scene import INNER, TRIM, Number, Scene

Curve = Float[np.ndarray, " point"]


@dataclass(frozen=True)
class Profile:
    """The outline that is turned, from the foot upwards, in units.

    Args:
        height: Above the foot.
        radius: From the axis.
    """

    height: Curve
    radius: Curve

    @property
    def along(self) -> Curve:
        """Way from the foot along the outline."""
        steps = np.hypot(np.diff(self.height), np.diff(self.radius))
        return np.concatenate([[0], np.cumsum(steps)])

    def radius_at(self, along: Number) -> float:
        """The radius so far along the outline."""
        return float(np.interp(along, self.along, self.radius))

    def scaled(self, by: Number) -> "Profile":
        """The same outline in another size."""
        return Profile(self.height * by, self.radius * by)


def smooth_profile(knots: list[tuple[float, float]], points: int = 360) -> Profile:
    """A smooth outline through (height, radius) knots; their heights must grow."""
    height, radius = np.array(knots, float).T
    way = np.concatenate([[0], np.cumsum(np.hypot(np.diff(height), np.diff(radius)))])
    at = np.linspace(0, way[-1], points)
    return Profile(PchipInterpolator(way, height)(at), PchipInterpolator(way, radius)(at))


@dataclass(frozen=True)
class Stand:
    """How something on a lathe stands in the picture.

    Args:
        x: Of its axis.
        y: Of the middle of its foot.
        tilt: How far the camera looks down, radians.
        turn: How far it is turned about its axis, radians.
    """

    x: Number
    y: Number
    tilt: Number
    turn: Number

    def seen(self, angle: Number, radius: Number, height: Number) -> tuple[float, float, float]:
        """Where a point is in the picture, and its depth; angle 0 is in front, growing right."""
        angle += self.turn
        ahead = radius * np.cos(angle)
        return (
            self.x + radius * np.sin(angle),
            self.y + height * np.cos(self.tilt) - ahead * np.sin(self.tilt),
            ahead * np.cos(self.tilt) + height * np.sin(self.tilt),
        )


def _column_heights(
    profile: Profile, stand: Stand, across: Float[np.ndarray, " column"], cap: int | None
) -> tuple[Float[np.ndarray, "step column"], Float[np.ndarray, " step"]]:
    """Where each point of the outline is seen in each column, hidden ones pushed out of the way.

    A lid is seen past its top: behind the front half then follows the back half down to `cap`.
    """
    upright = np.repeat(profile.height[:, None], len(across), 1)
    if cap is not None:
        # Above where a column leaves the lid there is nothing: its rows must not be used up.
        edge = np.interp(across, profile.radius[:cap:-1], profile.height[:cap:-1])
        above = (profile.radius[:, None] < across) & (upright > profile.height[cap])
        upright = np.where(above, edge, upright)
    upright = upright * np.cos(stand.tilt)
    ahead = np.sqrt(np.maximum(profile.radius[:, None] ** 2 - across[None] ** 2, 0))
    lean = ahead * np.sin(stand.tilt)
    rows = np.minimum.accumulate((upright - lean)[::-1], axis=0)[::-1]
    index = np.arange(len(profile.height), dtype=float)
    if cap is None:
        return rows, index
    behind = np.concatenate([rows[-1:], (upright + lean)[:cap:-1]])
    behind = np.maximum.accumulate(behind, axis=0)[1:]
    return np.concatenate([rows, behind]), np.concatenate([index, -index[:cap:-1]])


def paint_turned(
    scene: Scene,
    profile: Profile,
    stand: Stand,
    zones: np.ndarray,
    parts: np.ndarray,
    cap: int | None = None,
    start: Number = 0,
) -> None:
    """Paints a solid of revolution; its surface coordinates are the angle and the way up.

    Args:
        scene: Where to.
        profile: Its outline.
        stand: Where it stands.
        zones: Zone of each point of the outline.
        parts: Part number of each point of the outline.
        cap: For what is closed on top: the point from which the back is seen over the top.
        start: Way up its surface coordinates at its foot; far up, no motif comes to lie on it.
    """
    reach = float(profile.radius.max())
    lean = reach * np.sin(stand.tilt)
    window = scene.window(
        (stand.x - reach, stand.x + reach),
        (stand.y - lean, stand.y + profile.height[-1] * np.cos(stand.tilt) + lean),
    )
    x = scene.x[window[1]] - np.float32(stand.x)
    y = scene.y[window[0]] - np.float32(stand.y)
    far, column = np.unique(np.abs(x).round(4), return_inverse=True)
    rows, index = _column_heights(profile, stand, far, cap)
    inverse = [np.interp(y, rows[:, k], index, -1e4, -1e4) for k in range(len(far))]
    point = np.stack(inverse, axis=1)[:, column].astype(np.float32)
    back = (point < 0) & (point > -9e3)
    whole = np.clip(np.abs(point), 0, len(profile.height) - 1)
    low = np.minimum(whole.astype(np.int32), len(profile.height) - 2)
    radius, along, out, up = _along(profile, low, whole - low)
    sine = x[None] / np.maximum(radius, 1e-4)
    mask = (point > -9e3) & ((np.abs(sine) < 1) | (whole > (len(zones) if cap is None else cap)))
    sine = np.clip(sine, -1, 1)
    cosine = np.sqrt(1 - sine * sine) * np.where(back, -1, 1).astype(np.float32)
    angle = np.arctan2(sine, cosine) - np.float32(stand.turn)
    normal = _leaned(np.stack([out * sine, up, out * cosine]), stand.tilt)
    height = np.interp(whole, np.arange(len(profile.height)), profile.height)
    depth = radius * cosine * np.cos(stand.tilt) + height * np.sin(stand.tilt)
    nearest = np.minimum((whole + 0.5).astype(np.int32), len(zones) - 1)
    place = np.stack([angle, along + np.float32(start)] * 2)
    grain = np.stack([angle * np.float32(reach), along])
    if cap is not None:
        # Towards the middle of a lid angles run together, its grain does not.
        flat = radius * np.stack([np.sin(angle), -np.cos(angle)])
        grain = np.where(whole > cap, flat, grain)
    scene.paint(window, mask, depth, normal, zones[nearest], parts[nearest], place, grain)


def _along(profile: Profile, low: np.ndarray, rest: np.ndarray) -> list[np.ndarray]:
    """Radius, way up, and the normal's outward and upward share between two points."""
    rise, grow = np.gradient(profile.height), np.gradient(profile.radius)
    length = np.hypot(rise, grow) + 1e-9
    found = []
    for values in (profile.radius, profile.along, rise / length, -grow / length):
        values = values.astype(np.float32)
        found.append(values[low] * (1 - rest) + values[low + 1] * rest)
    return found


def _leaned(normal: np.ndarray, tilt: Number) -> np.ndarray:
    x, y, z = normal
    return np.stack(
        [x, y * np.cos(tilt) - z * np.sin(tilt), z * np.cos(tilt) + y * np.sin(tilt)]
    ).astype(np.float32)


def paint_mouth(
    scene: Scene, radius: Number, height: Number, stand: Stand, lip: Number, part: str = ""
) -> None:
    """Paints the open mouth of a vessel: the inside of its back wall, and the top of its lip.

    Args:
        scene: Where to.
        radius: Outside of the lip.
        height: Of the lip above the foot.
        stand: Where the vessel stands.
        lip: Width of the lip.
        part: The part that the lip belongs to.
    """
    y = stand.y + height * np.cos(stand.tilt)
    squash = max(np.sin(stand.tilt), 1e-3)
    window = scene.window(
        (stand.x - radius, stand.x + radius), (y - radius * squash, y + radius * squash)
    )
    across = (scene.x[window[1]] - stand.x)[None]
    up = (scene.y[window[0]] - y)[:, None] / squash
    share = np.hypot(across, up)
    sine = np.clip(across / max(radius - lip, 1e-3), -1, 1) + 0 * up
    cosine = np.sqrt(1 - sine * sine)
    wall = _leaned(np.stack([-sine, 0.25 + 0 * sine, cosine]) / 1.03, stand.tilt)
    depth = height * np.sin(stand.tilt) - (cosine * radius + up) * 0.7
    scene.paint(window, share < radius - lip, depth, wall, INNER, 0)
    round_off = np.clip((share - radius + lip / 2) / (lip / 2), -1, 1) * 0.8
    outward = np.stack([across / radius + 0 * up, 0 * share, -up / radius + 0 * across])
    top = outward * round_off + np.array([0, 1, 0], np.float32)[:, None, None]
    top = _leaned(top / np.linalg.norm(top, axis=0), stand.tilt)
    ring = (share >= radius - lip) & (share < radius)
    depth = height * np.sin(stand.tilt) - up * np.cos(stand.tilt)
    scene.paint(window, ring, depth.repeat(across.shape[1], 1), top, TRIM, scene.number(part))
