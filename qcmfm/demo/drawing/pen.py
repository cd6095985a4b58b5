"""A pen that remembers what it drew, and then renders it at any size as a shape with a relief.

Coordinates are free: x runs right, y runs down, and what was drawn is fitted into the picture when
it is rendered. Angles are radians, clockwise on the screen from the right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw, ImageFilter

Number = float | int
_FULL = 255


def curve(
    points: Sequence[tuple[Number, Number]], count: int = 40, closed: bool = False
) -> Float[np.ndarray, "point 2"]:
    """A smooth line of `count` points through all of `points` (Catmull-Rom)."""
    knots = np.asarray(points, dtype=np.float64)
    padded = (
        np.concatenate([knots[-1:], knots, knots[:2]])
        if closed
        else np.concatenate([knots[:1], knots, knots[-1:]])
    )
    spans = len(padded) - 3
    at = np.linspace(0, spans, count, endpoint=not closed)
    span = np.minimum(at.astype(int), spans - 1)
    t = (at - span)[:, None]
    a, b, c, d = (padded[span + i] for i in range(4))
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def arc(
    x: Number, y: Number, radius: Number, start: Number, stop: Number, count: int = 14
) -> Float[np.ndarray, "point 2"]:
    """A part of a circle around (x, y)."""
    angle = np.linspace(start, stop, count)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def spiral(
    x: Number, y: Number, outer: Number, inner: Number, start: Number, turns: Number
) -> Float[np.ndarray, "point 2"]:
    """A spiral into (x, y); positive `turns` run clockwise."""
    at = np.linspace(0, 1, max(10, round(18 * abs(turns))))
    angle = start + 2 * np.pi * turns * at
    radius = outer + (inner - outer) * at
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def normals(path: Float[np.ndarray, "point 2"]) -> Float[np.ndarray, "point 2"]:
    """Unit vectors to the left of a path as one walks along it."""
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.hypot(along[:, :1], along[:, 1:]), 1e-9)
    return np.stack([along[:, 1], -along[:, 0]], axis=1)


def ribbon(
    path: Float[np.ndarray, "point 2"], widths: Sequence[Number]
) -> Float[np.ndarray, "corner 2"]:
    """The outline of a band along a path, whose half widths are spread evenly over it."""
    half = np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, len(widths)), widths)[:, None]
    side = normals(path) * half
    return np.concatenate([path + side, (path - side)[::-1]])


def leaf(
    base: tuple[Number, Number], angle: Number, length: Number, width: Number, point: Number = 0.5
) -> Float[np.ndarray, "corner 2"]:
    """A petal, leaf or feather that grows from `base`.

    Args:
        base: Its root.
        angle: Where it grows to.
        length: From root to tip.
        width: At its widest.
        point: Where it is widest, 0 at the root to 1 at the tip; from 0.7 its tip is round.
    """
    at = np.linspace(0, 1, 9)
    power = np.log(0.5) / np.log(point)
    half = 0.5 * width * np.sin(np.pi * at**power) ** (0.55 if point >= 0.7 else 0.9)
    outline = np.stack(
        [np.concatenate([at, at[::-1]]) * length, np.concatenate([half, -half[::-1]])], axis=1
    )
    return turned(outline, angle) + np.asarray(base)


def turned(points: Float[np.ndarray, "point 2"], angle: Number) -> Float[np.ndarray, "point 2"]:
    """Points turned around the origin."""
    cos, sin = np.cos(angle), np.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]])


@dataclass(frozen=True)
class _Mark:
    """One thing drawn: a filled outline, or a line where `width` is not 0."""

    points: Float[np.ndarray, "point 2"]
    width: Number
    height: Number
    covers: int | None
    halo: Number


class Pen:
    """Collects marks, later ones above earlier ones."""

    def __init__(self) -> None:
        self._marks: list[_Mark] = []
        self._frame: Float[np.ndarray, "corner 2"] | None = None

    def __len__(self) -> int:
        """How many marks were drawn, to say later which of them `reflect` copies."""
        return len(self._marks)

    def fill(
        self, outline: Float[np.ndarray, "point 2"], height: Number = 0.75, halo: Number = 0.025
    ) -> None:
        """A filled outline; `halo` is the gap that it leaves around itself in what lies below."""
        self._marks.append(_Mark(np.asarray(outline), 0, height, _FULL, halo))

    def disc(
        self, x: Number, y: Number, radius: Number, height: Number = 0.75, halo: Number = 0.025
    ) -> None:
        """A filled circle."""
        self.fill(arc(x, y, radius, 0, 2 * np.pi, 20), height, halo)

    def cut(self, outline: Float[np.ndarray, "point 2"]) -> None:
        """A hole."""
        self._marks.append(_Mark(np.asarray(outline), 0, 0, 0, 0))

    def groove(
        self, path: Float[np.ndarray, "point 2"], width: Number = 0.02, height: Number = 0.15
    ) -> None:
        """A line in the relief that leaves the shape whole."""
        self._marks.append(_Mark(np.asarray(path), width, height, None, 0))

    def slit(self, path: Float[np.ndarray, "point 2"], width: Number = 0.025) -> None:
        """A line through which one sees what is behind the shape."""
        self._marks.append(_Mark(np.asarray(path), width, 0, 0, 0))

    def frame(self, left: Number, right: Number, foot: Number) -> None:
        """Cut away what lies outside of two uprights and below `foot`, and end the shape there."""
        high = min(float(mark.points[:, 1].min()) for mark in self._marks if mark.covers)
        far = 9.0
        for x in (left - far / 2, right + far / 2):
            self.cut(np.array([x, 0]) + np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * far / 2)
        self.cut(np.array([(-far, foot), (far, foot), (far, foot + far), (-far, foot + far)]))
        self._frame = np.array([(left, high), (right, foot)])

    def tilt(self, angle: Number) -> None:
        """Turn everything drawn so far."""
        self._marks = [replace(mark, points=turned(mark.points, angle)) for mark in self._marks]

    def reflect(self, start: int = 0) -> None:
        """Draw everything since mark `start` again on the other side of x = 0."""
        flip = np.array([-1.0, 1.0])
        self._marks += [replace(mark, points=mark.points * flip) for mark in self._marks[start:]]

    def render(
        self, size: int, flip: bool = False, most_stretch: Number = 1.2, across: int | None = None
    ) -> tuple[Float[np.ndarray, "row column"], Float[np.ndarray, "row column"]]:
        """Coverage and relief, both 0 to 1, of everything drawn, fitted into a square or a band.

        Args:
            size: Rows.
            flip: Whether left and right are exchanged.
            most_stretch: How much more one side may be enlarged than the other to fill the square.
            across: Columns, where they are not as many.
        """
        scale = 4 if size <= 64 else 3 if size <= 120 else 2
        side = np.array([across or size, size]) * scale
        everything = self._frame
        if everything is None:
            everything = np.concatenate([mark.points for mark in self._marks if mark.covers])
        low, high = everything.min(axis=0), everything.max(axis=0)
        zoom = 0.97 * side / (high - low)
        zoom = np.minimum(zoom, zoom.min() * most_stretch)
        middle, unit = (low + high) / 2, float(zoom.min())
        zoom = zoom * np.array([-1.0 if flip else 1.0, 1.0])
        shape, relief = Image.new("L", tuple(side.tolist())), Image.new("L", tuple(side.tolist()))
        on_shape, on_relief = ImageDraw.Draw(shape), ImageDraw.Draw(relief)
        for mark in self._marks:
            points = ((mark.points - middle) * zoom + side / 2).ravel().tolist()
            level = round(mark.height * _FULL)
            if mark.width:
                width = max(scale // 2 + 1, round(mark.width * unit))
                on_relief.line(points, fill=level, width=width)
                if mark.covers is not None:
                    on_shape.line(points, fill=mark.covers, width=width)
                continue
            if mark.halo:
                around = [*points, *points[:4]]
                width = max(scale, round(2 * mark.halo * unit))
                on_shape.line(around, fill=0, width=width)
                on_relief.line(around, fill=0, width=width)
            on_shape.polygon(points, fill=mark.covers)
            on_relief.polygon(points, fill=level)
        shape = shape.reduce(scale)
        coverage = np.asarray(shape, dtype=np.float32) / _FULL
        # Rounded towards its edges, so that light from the side models it.
        domed = np.asarray(shape.filter(ImageFilter.BoxBlur(size / 32)), dtype=np.float32) / _FULL
        height = np.asarray(relief.reduce(scale), dtype=np.float32) / _FULL
        return coverage, np.clip(height * (0.35 + 0.65 * domed), 0, 1) * (coverage > 0)
