"""Solids that are modelled by hand: handles, legs, beasts and people."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from qcmfm.demo.drawing.scene import NOWHERE, Number, Plane, Scene, Window, slopes_to_normal


class Clay:
    """A height field modelled from balls and rolls that flow into each other.

    Args:
        scene: Where it will be painted.
        blend: How far two pieces flow into each other, units.
    """

    def __init__(self, scene: Scene, blend: Number = 0.03):
        self.scene, self.blend = scene, blend
        self.height = np.full((scene.size, scene.size), NOWHERE, np.float32)
        self.range = [1.0, -1.0, 1.0, -1.0]
        self.grooves: list[tuple[np.ndarray, Number, Number]] = []

    def _add(self, window: Window, height: Plane, inside: np.ndarray) -> None:
        old = self.height[window]
        near = np.maximum(self.blend - np.abs(old - height), 0)
        joined = np.maximum(old, height) + near * near * np.float32(0.25 / self.blend)
        np.copyto(old, joined, where=inside)

    def _reach(self, x: tuple[Number, Number], y: tuple[Number, Number]) -> Window:
        old = self.range
        self.range = [min(old[0], x[0]), max(old[1], x[1]), min(old[2], y[0]), max(old[3], y[1])]
        return self.scene.window(x, y)

    def ball(
        self,
        x: Number,
        y: Number,
        radii: tuple[Number, Number, Number],
        z: Number = 0,
        angle: Number = 0,
    ) -> None:
        """Adds an ellipsoid of three radii (x, y, z), turned in the picture by an angle."""
        reach = max(radii[0], radii[1])
        window = self._reach((x - reach, x + reach), (y - reach, y + reach))
        across, up = self.scene.x[window[1]][None] - x, self.scene.y[window[0]][:, None] - y
        along = (across * np.cos(angle) + up * np.sin(angle)) / radii[0]
        aside = (up * np.cos(angle) - across * np.sin(angle)) / radii[1]
        left = np.float32(1) - along * along - aside * aside
        self._add(window, z + radii[2] * np.sqrt(np.maximum(left, 0)), left > 0)

    def roll(
        self, points: Sequence[Sequence[Number]], radii: Sequence[Number], z: Number = 0
    ) -> None:
        """Adds a tube along points, its radius given at each of them."""
        bends = list(zip(points, radii, strict=True))
        for (start, thick), (end, thin) in pairwise(bends):
            reach = max(thick, thin)
            window = self._reach(
                (min(start[0], end[0]) - reach, max(start[0], end[0]) + reach),
                (min(start[1], end[1]) - reach, max(start[1], end[1]) + reach),
            )
            across = self.scene.x[window[1]][None] - start[0]
            up = self.scene.y[window[0]][:, None] - start[1]
            run = (end[0] - start[0], end[1] - start[1])
            squared = run[0] ** 2 + run[1] ** 2 + 1e-9
            done = np.clip((across * run[0] + up * run[1]) / squared, 0, 1)
            across, up = across - done * run[0], up - done * run[1]
            radius = thick + (thin - thick) * done
            left = radius * radius - across * across - up * up
            old, new = self.height[window], z + np.sqrt(np.maximum(left, 0))
            np.copyto(old, np.maximum(old, new), where=left > 0)

    def stand_on(self, floor: Number, half: Number) -> None:
        """Cuts off what is below a floor; its edge is round, as of a hem seen from above."""
        x, y = self.scene.x[None], self.scene.y[:, None]
        edge = floor - 0.14 * half * np.sqrt(np.maximum(1 - (x / half) ** 2, 0))
        self.height[y < edge] = NOWHERE

    def groove(self, points: Sequence[Sequence[Number]], width: Number, depth: Number) -> None:
        """Cuts a line into the finished surface; a negative depth raises it."""
        self.grooves.append((np.asarray(points, np.float32), width, depth))

    def paint(self, zone: int, part: str = "", smooth: Number = 0.008, turn: Number = 0) -> Window:
        """Paints what was modelled; its surface coordinates are x and y of the picture."""
        scene = self.scene
        window = scene.window((self.range[0], self.range[1]), (self.range[2], self.range[3]))
        height = self.height[window]
        mask = height > NOWHERE
        weight = gaussian_filter(mask.astype(np.float32), smooth * scene.size / 2)
        height = gaussian_filter(np.where(mask, height, 0), smooth * scene.size / 2)
        level = np.where(mask, height / np.maximum(weight, 1e-3), 0)
        height: Plane = np.asarray(level - self._cut(window), np.float32)
        up, right = np.gradient(height * np.float32(scene.size / 2))
        normal = slopes_to_normal(np.asarray(right), -np.asarray(up), turn)
        normal[2] = np.maximum(normal[2], 0.02)
        place = self._place(window)
        scene.paint(window, mask, height, normal, zone, scene.number(part), place)
        return window

    def _cut(self, window: Window) -> Plane:
        rows, columns = self.height[window].shape
        cut = np.zeros((rows, columns), np.float32)
        half, origin = self.scene.size / 2, np.array([window[1].start, window[0].start])
        for points, width, depth in self.grooves:
            image = Image.new("L", (columns, rows))
            pixels = (points * [1, -1] + 1) * half - origin
            line = [(float(x), float(y)) for x, y in pixels]
            ImageDraw.Draw(image).line(line, 255, max(1, round(width * half)), "curve")
            cut += np.asarray(image, np.float32) * np.float32(depth / 255)
        return gaussian_filter(cut, 0.006 * half) if self.grooves else cut

    def _place(self, window: Window) -> Float[np.ndarray, "4 row column"]:
        x, y = np.meshgrid(self.scene.x[window[1]], self.scene.y[window[0]])
        return np.stack([x, y, x, y])
