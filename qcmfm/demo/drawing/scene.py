"""What each pixel of an artifact shows, and how solids cover it.

A picture is 2 units wide and high, x to the right, y upwards, z towards the camera; the origin is
its middle. Solids are painted one over the other, back to front.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float
from scipy.interpolate import PchipInterpolator

BODY, TRIM, INNER = 1, 2, 3
"""Zones of a surface: decorated; left plain (rims, handles, feet); inside of the vessel."""

NOWHERE = np.float32(-4)

Plane = Float[np.ndarray, "row column"]
Window = tuple[slice, slice]

Number = float | int
"""What a length or an angle may be given as; the checker of shapes takes no int for a float."""


class Scene:
    """The visible surface.

    Args:
        size: Rows and columns.

    Attributes:
        depth: z in units; `NOWHERE` where nothing is.
        normal: Of length 1, x, y and z; axis first.
        zone: `BODY`, `TRIM`, `INNER`, or 0 where nothing is.
        part: Place in `names` of the part that is seen; 0 is no named part.
        place: Four coordinates of the surface, axis first: across and up for single motifs, along
            and across for bands.
        grain: Two coordinates of the surface in units, for the grain of a material.
    """

    def __init__(self, size: int):
        self.size = size
        self.depth = np.full((size, size), NOWHERE, np.float32)
        self.normal = np.zeros((3, size, size), np.float32)
        self.zone = np.zeros((size, size), np.int8)
        self.part = np.zeros((size, size), np.int8)
        self.place = np.zeros((4, size, size), np.float32)
        self.grain = np.zeros((2, size, size), np.float32)
        self.names = [""]
        steps = (np.arange(size, dtype=np.float32) + 0.5) * (2 / size) - 1
        self.x, self.y = steps, -steps

    def window(self, x: tuple[Number, Number], y: tuple[Number, Number]) -> Window:
        """The rows and columns that cover a range of x and of y."""
        half = self.size / 2
        left, right = (int(np.clip((1 + value) * half, 0, self.size)) for value in x)
        bottom, top = (int(np.clip((1 - value) * half, 0, self.size)) for value in y)
        return slice(max(top - 1, 0), bottom + 2), slice(max(left - 1, 0), right + 2)

    def number(self, part: str) -> int:
        """The number that stands for a part in `part`."""
        if part not in self.names:
            self.names.append(part)
        return self.names.index(part)

    def paint(
        self,
        window: Window,
        mask: Bool[np.ndarray, "row column"],
        depth: Plane,
        normal: Float[np.ndarray, "3 row column"],
        zone: int | np.ndarray,
        part: int | np.ndarray,
        place: np.ndarray | None = None,
        grain: np.ndarray | None = None,
    ) -> None:
        """Draw one more solid over the picture; its grain defaults to that of the picture."""
        np.copyto(self.depth[window], depth, where=mask)
        np.copyto(self.normal[:, *window], normal, where=mask)
        np.copyto(self.zone[window], np.asarray(zone, np.int8), where=mask)
        np.copyto(self.part[window], np.asarray(part, np.int8), where=mask)
        if grain is None:
            grain = np.stack(np.meshgrid(self.x[window[1]], self.y[window[0]]))
        np.copyto(self.grain[:, *window], grain, where=mask)
        if place is not None:
            np.copyto(self.place[:, *window], place, where=mask)


def slopes_to_normal(
    right: Plane, up: Plane, turn: Number = 0, tilt: Number = 0
) -> Float[np.ndarray, "3 row column"]:
    """Normals of a height field from its slopes, then turned about y and tilted back about x."""
    length = 1 / np.sqrt(right * right + up * up + 1)
    x, y, z = -right * length, -up * length, length
    x, z = x * np.cos(turn) + z * np.sin(turn), z * np.cos(turn) - x * np.sin(turn)
    y, z = y * np.cos(tilt) + z * np.sin(tilt), z * np.cos(tilt) - y * np.sin(tilt)
    return np.stack([x, y, z]).astype(np.float32)


def paint_disc(
    scene: Scene,
    middle: tuple[Number, Number],
    radius: Callable[[np.ndarray], np.ndarray],
    height: tuple[np.ndarray, np.ndarray],
    tilt: Number = 0,
    turn: Number = 0,
    zone: Callable[[np.ndarray], np.ndarray] | int = BODY,
    part: str = "",
    level: float | None = None,
) -> None:
    """Paints a flat thing seen from above: a plate, a lid, the head of a pin.

    Its surface coordinates are x and y from its middle; for bands the angle and the share of the
    radius.

    Args:
        scene: Where to.
        middle: Where its middle is.
        radius: Its outline: radius at an angle.
        height: Shares of the radius, and the height at them.
        tilt: How far it leans back, radians.
        turn: How far it is turned about its upright axis, radians.
        zone: A zone, or one for each share of the radius.
        part: The part that it is.
        level: For one of many layers that make a wall: how high it lies.
    """
    angles = np.linspace(-np.pi, np.pi, 721, dtype=np.float32)
    outline = radius(angles).astype(np.float32)
    reach = float(outline.max())
    # Of a wall only the front is seen.
    top = reach if level is None else 0.3 * reach
    rows, columns = scene.window(
        (middle[0] - reach, middle[0] + reach), (middle[1] - reach, middle[1] + top)
    )
    x = ((scene.x[columns] - middle[0]) / np.cos(turn))[None]
    y = ((scene.y[rows] - middle[1]) / np.cos(tilt))[:, None]
    angle = np.arctan2(x, y)
    share = np.hypot(x, y) / outline[((angle + np.pi) * (720 / (2 * np.pi)) + 0.5).astype(np.int32)]
    fine = PchipInterpolator(*height)(np.linspace(0, 1.05, 512)).astype(np.float32)
    z = fine[np.minimum((share * (511 / 1.05) + 0.5).astype(np.int32), 511)]
    up, right = np.gradient(z * np.float32(scene.size / 2))
    normal = slopes_to_normal(right * np.cos(turn), -up * np.cos(tilt), turn, tilt)
    place = np.stack([*np.broadcast_arrays(x, y), angle, share])
    zones = zone if isinstance(zone, int) else zone(share)
    grain = place[:2]
    if level is not None:
        grain = np.stack([angle * np.float32(reach), np.full_like(angle, level)])
    scene.paint((rows, columns), share < 1, z, normal, zones, scene.number(part), place, grain)
