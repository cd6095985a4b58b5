"""A piece of cloth in the making: layers of cut shapes, with heights, shadows and masks.

A frame runs from -1 to 1, x to the right and y down, and the pieces fill its middle three quarters.
Heights have the same unit.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float
from PIL import Image, ImageDraw, ImageFilter
from scipy.ndimage import gaussian_filter1d

from qcmfm.demo.drawing.pen import Number

DECORATED, TRIM, THREAD, WOOD = range(4)
"""What a pixel is made of: woven cloth with motifs, plain cloth, loose thread, wood."""

Plane = Float[np.ndarray, "row column"]
Colour = Float[np.ndarray, "3"]
Points = Sequence[tuple[Number, Number]] | Float[np.ndarray, "corner 2"]


def noise(rng: np.random.Generator, size: int, rows: int, columns: int) -> Plane:
    """Smooth noise of about -1 to 1, with this many bumps down and across."""
    grid = rng.standard_normal((rows + 2, columns + 2)).astype(np.float32) * 0.6
    picture = Image.fromarray(grid).resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(picture, dtype=np.float32)


def diaper(rng: np.random.Generator, cloth: "Cloth") -> Plane:
    """A small all-over pattern, -1 to 1, such as grounds have: lozenges, coins, or a lattice."""
    pitch = rng.uniform(0.1, 0.15)
    u, v = (np.float32(2 * np.pi / pitch) * axis for axis in (cloth.x, cloth.y))
    kind = rng.integers(4)
    if kind == 0:
        wave = np.cos((u + v) / 2) * np.cos((u - v) / 2)
    elif kind == 1:
        wave = 1 - np.minimum(np.abs(np.sin((u + v) / 4)), np.abs(np.sin((u - v) / 4))) * 4
    elif kind == 2:
        wave = np.cos(2.2 * (np.cos(u / 2) + np.cos(v / 2)))
    else:
        wave = np.cos(u) + np.cos(v) - 0.8 + 0.8 * np.cos((u + v) / 2) * np.cos((u - v) / 2)
    return np.clip(wave * 2, -1, 1)


def blurred(plane: Plane, radius: Number) -> Plane:
    """A soft version of a plane of values from 0 to 1; `radius` in pixels."""
    picture = Image.fromarray((np.clip(plane, 0, 1) * 255).astype(np.uint8))
    return np.asarray(picture.filter(ImageFilter.BoxBlur(radius)), dtype=np.float32) / 255


def uneven(
    points: Points, rng: np.random.Generator, amount: Number, step: Number = 0.02, reach: Number = 5
) -> Float[np.ndarray, "point 2"]:
    """An outline as cloth has it: none of its edges quite straight.

    Args:
        points: Corners of a closed outline.
        rng: Decides where it goes in and out.
        amount: How far it does so.
        step: Between the corners of the result.
        reach: How many of those steps an unevenness is long.
    """
    corners = np.asarray(points, dtype=np.float64)
    after = np.roll(corners, -1, axis=0)
    sides = []
    for a, b in zip(corners, after, strict=True):
        count = max(1, round(float(np.hypot(*(b - a))) / step))
        sides.append(a + (b - a) * np.linspace(0, 1, count, endpoint=False)[:, None])
    line = np.concatenate(sides)
    moved = gaussian_filter1d(rng.standard_normal(line.shape), reach, axis=0, mode="wrap")
    return line + amount * moved / max(float(moved.std()), 1e-6)


class Cloth:
    """Shapes laid over each other, the latest on top.

    Args:
        size: Pixels along each side of the frame.
        ground: Colour of the decorated cloth, 0 to 1.
        trim: Colour of collars, borders and linings.
        accent: Colour of cords, fringes and tassels.
        drape: How readily it falls into folds.

    Attributes:
        albedo: Colour without light.
        alpha: How much of each pixel is covered.
        kind: What each pixel is made of.
        height: Of the surface, before its weave.
        shade: How much light reaches each pixel past higher layers.
        masks: Where each named part is seen.
        boxes: The middle (x, y) and the side of a single motif, by its place.
        bands: Where a border of motifs runs: x, y, length, breadth, and whether it is upright.
    """

    def __init__(self, size: int, ground: Colour, trim: Colour, accent: Colour, drape: Number = 1):
        self.size, self.drape = size, drape
        self.ground, self.trim, self.accent = ground, trim, accent
        steps = (np.arange(size, dtype=np.float32) + 0.5) * (2 / size) - 1
        self.x, self.y = steps[None, :], steps[:, None]
        self.albedo = np.empty((size, size, 3), np.float32)
        self.albedo[:] = ground
        self.alpha = np.zeros((size, size), np.float32)
        self.kind = np.zeros((size, size), np.int8)
        self.height = np.zeros((size, size), np.float32)
        self.shade = np.ones((size, size), np.float32)
        self.masks: dict[str, Bool[np.ndarray, "row column"]] = {}
        self.boxes: dict[str, tuple[Number, Number, Number]] = {}
        self.bands: list[tuple[Number, Number, Number, Number, bool]] = []

    def region(self, points: Points) -> Plane:
        """How much of each pixel an outline covers."""
        image = Image.new("L", (2 * self.size, 2 * self.size))
        corners = (np.asarray(points) + 1) * self.size
        ImageDraw.Draw(image).polygon(corners.ravel().tolist(), fill=255)
        return np.asarray(image.reduce(2), dtype=np.float32) / 255

    def lines(
        self, lines: Sequence[Points], width: Number, rng: np.random.Generator | None = None
    ) -> tuple[Plane, Plane]:
        """How much of each pixel lines cover, and how bright each of them is, 0.6 to 1.1."""
        side = 2 * self.size
        covers, tones = Image.new("L", (side, side)), Image.new("L", (side, side), 200)
        on_covers, on_tones = ImageDraw.Draw(covers), ImageDraw.Draw(tones)
        pixels = max(1, round(width * self.size))
        levels = rng.integers(120, 220, len(lines)) if rng else np.full(len(lines), 200)
        for line, level in zip(lines, levels, strict=True):
            points = ((np.asarray(line) + 1) * self.size).ravel().tolist()
            on_covers.line(points, fill=255, width=pixels)
            on_tones.line(points, fill=int(level), width=pixels + 1)
        coverage = np.asarray(covers.reduce(2), dtype=np.float32) / 255
        return coverage, np.asarray(tones.reduce(2), dtype=np.float32) / 200

    def lay(
        self,
        coverage: Plane,
        colour: Colour | Float[np.ndarray, "row column 3"],
        kind: int,
        part: str = "",
        lift: Number = 0.012,
    ) -> None:
        """Lay a shape on top.

        Args:
            coverage: Of each pixel.
            colour: Of its cloth.
            kind: What it is made of.
            part: Its name, where it has one.
            lift: How far it stands above what lies below it.
        """
        margin = round(self.size * 0.026)
        rows, columns = (np.flatnonzero(coverage.max(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return
        here = (
            slice(max(rows[0] - margin, 0), rows[-1] + margin),
            slice(max(columns[0] - margin, 0), columns[-1] + margin),
        )
        colour = np.asarray(colour, np.float32)
        cover = coverage[here]
        solid = cover > 0.5
        soft = blurred(cover, self.size * 0.012)
        # Light comes in from all around, so less of it gets right beside a higher layer.
        shade = self.shade[here]
        shade *= 1 - np.float32(min(lift * 22, 0.45)) * soft * (1 - cover)
        shade += (1 - shade) * cover
        self.height[here] += np.float32(lift) * soft
        albedo = self.albedo[here]
        albedo += ((colour if colour.ndim == 1 else colour[here]) - albedo) * cover[..., None]
        np.maximum(self.alpha[here], cover, out=self.alpha[here])
        np.copyto(self.kind[here], np.int8(kind), where=solid)
        for mask in self.masks.values():
            mask[here] &= ~solid
        if part:
            self.masks.setdefault(part, np.zeros(coverage.shape, bool))[here] |= solid

    def take(self, coverage: Plane) -> None:
        """Cut a shape away."""
        self.alpha *= 1 - coverage

    def ridge(self, axis: Plane, width: Number, high: Number, along: Plane | Number = 1.0) -> None:
        """Add a fold along `axis` = 0 with a width and a height."""
        self.height += np.float32(high) * along * np.exp(-((axis / np.float32(width)) ** 2))

    def folds(self, rng: np.random.Generator, upright: bool, count: Number, high: Number) -> None:
        """Rounded folds that wander, side by side.

        Args:
            rng: Decides how they wander.
            upright: Whether they hang down, rather than lie across.
            count: How many from -1 to 1.
            high: Of a fold.
        """
        across, along = (self.x, self.y) if upright else (self.y, self.x)
        wander = noise(rng, self.size, 3, 3)
        bend = rng.uniform(-0.25, 0.25)
        phase = np.pi * count * (across + bend * along + 0.22 * wander)
        strength = np.float32(0.6) + np.float32(0.5) * noise(rng, self.size, 2, 2)
        ripple = np.sin(phase + rng.uniform(0, 6.28))
        ripple += 0.4 * np.sin(1.7 * phase + rng.uniform(0, 6.28))
        self.height += np.float32(high * self.drape) * ripple * np.clip(strength, 0.1, 1.3)

    def creases(self, rng: np.random.Generator, high: Number) -> None:
        """Sharp lines from having lain folded, and a few wrinkles between them."""
        high *= self.drape
        for upright in (True, False):
            axis = self.x if upright else self.y
            for at in rng.uniform(-0.6, 0.6, int(rng.integers(0, 3))):
                line = axis - np.float32(at) + 0.01 * noise(rng, self.size, 3, 3)
                self.ridge(line, 0.012, high * float(rng.choice([-1, 1])))
        self.height += np.float32(0.7 * high) * noise(rng, self.size, 9, 6)
        self.height += np.float32(0.25 * high) * noise(rng, self.size, 22, 26)
