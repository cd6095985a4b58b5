"""A drawn object photographed as catalogues do: paper, light, shadow, scale bar, a lens."""

import numpy as np
from jaxtyping import Bool, Float
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from qcmfm.demo.drawing.plan import Layer, Shot

BACKDROPS: dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "white": ((247, 247, 245), (226, 226, 224)),
    "grey": ((196, 197, 199), (128, 130, 133)),
    "black": ((46, 46, 48), (16, 16, 18)),
    "warm": ((232, 222, 204), (190, 174, 148)),
}
"""Colour of the paper where the light falls, and at the far edge."""

MARGIN = 1 / 40
"""Paper left at the edges of the photo around an object that is smaller, as a share of its side."""

Masks = dict[str, Bool[np.ndarray, "row column"]]
Move = tuple[float, float, float, float, float, float]
"""Takes pixel (x, y) of the photo to the place (ax + by + c, dx + ey + f) of the layer it shows."""


def photograph(layer: Layer, shot: Shot, standing: bool) -> tuple[Image.Image, Masks]:
    """The photo, and where in it each named thing is seen.

    Args:
        layer: The object.
        shot: How it is taken.
        standing: Whether it stands on the paper, rather than lying on it.
    """
    rng = np.random.default_rng(shot.seed)
    size = len(layer.alpha)
    side = round(size * min(shot.zoom, 1))
    move = _framing(rng, shot, layer.masks["object"], side, standing)

    def seen(plane: np.ndarray) -> np.ndarray:
        return _moved(_reduced(plane, side), move, size)

    solid = seen(layer.alpha)
    colour = np.stack([seen(layer.colour[..., band] * layer.alpha) for band in range(3)], -1)
    masks = {name: seen(mask) for name, mask in layer.masks.items()}
    light = _light(rng, shot, size)
    paper = _paper(rng, shot, size) * _shadow(solid, shot, standing)[..., None]
    picture = (paper * (1 - solid[..., None]) + colour) * light
    image = Image.fromarray((np.clip(picture, 0, 1) * 255).astype(np.uint8))
    if shot.scale_bar:
        box = _scale_bar(image, rng, solid, light=shot.backdrop == "black")
        for mask in masks.values():
            mask[box[1] : box[3], box[0] : box[2]] = False
    return _developed(image, shot, rng), masks


def _framing(
    rng: np.random.Generator,
    shot: Shot,
    whole: Bool[np.ndarray, "row column"],
    side: int,
    standing: bool,
) -> Move:
    """Where each pixel of the photo lies in a layer that was reduced to `side` pixels a side."""
    size = len(whole)
    slant = rng.normal(0, 0.012 if standing else 0.06)
    scale = shot.zoom * size / side
    cos, sin = float(np.cos(slant)) / scale, float(np.sin(slant)) / scale
    middle, target = [], []
    for axis, place in ((0, shot.place[0]), (1, shot.place[1])):
        first, *_, last = np.flatnonzero(whole.any(axis))
        room = (size - (last - first + 1) * shot.zoom) / 2
        # Less than none where the object is larger than the photo, which then shows another part.
        room -= min(max(room, 0), size * MARGIN)
        middle.append((first + last + 1) / 2 * side / size)
        target.append(size / 2 + place * room)
    (u, v), (x, y) = middle, target
    return cos, -sin, u - cos * x + sin * y, sin, cos, v - sin * x - cos * y


def _reduced(plane: np.ndarray, side: int) -> np.ndarray:
    """A plane, float or bool, at fewer pixels a side, every one of which counts."""
    if len(plane) == side:
        return plane
    mask = plane.dtype == bool
    image = Image.fromarray(plane.astype(np.float32, copy=False))
    smaller = np.asarray(image.resize((side, side), Image.Resampling.BOX))
    return smaller > 0.5 if mask else smaller


def _moved(plane: np.ndarray, move: Move, size: int) -> np.ndarray:
    """A plane of shape row x column, float or bool, as a photo of `size` pixels a side shows it."""
    mask = plane.dtype == bool
    image = Image.fromarray(plane.astype(np.uint8 if mask else np.float32, copy=False))
    how = Image.Resampling.NEAREST if mask else Image.Resampling.BILINEAR
    moved = np.array(image.transform((size, size), Image.Transform.AFFINE, move, how))
    return moved.astype(bool) if mask else moved


def _light(rng: np.random.Generator, shot: Shot, size: int) -> Float[np.ndarray, "row column 3"]:
    """How bright, and of what colour, the light is across the picture."""
    across = np.linspace(-1, 1, size, dtype=np.float32)
    fall = 1 + 0.06 * (across[None, :] * np.cos(shot.light) - across[:, None] * np.sin(shot.light))
    corners = 1 - 0.05 * (across[None, :] ** 2 + across[:, None] ** 2)
    warmth = rng.normal(0, 0.02)
    tint = np.array([1 + warmth, 1, 1 - warmth], np.float32) * rng.normal(1, 0.045)
    return (fall * corners)[..., None] * tint


def _paper(rng: np.random.Generator, shot: Shot, size: int) -> Float[np.ndarray, "row column 3"]:
    """A seamless sweep of paper, brightest around the middle."""
    near, far = (np.array(c, np.float32) / 255 for c in BACKDROPS[shot.backdrop])
    down = np.linspace(0, 1, size, dtype=np.float32)
    bend = rng.uniform(0.3, 0.6)
    share = np.clip(np.abs(down - bend) / max(bend, 1 - bend), 0, 1) ** rng.uniform(0.8, 1.6)
    return (near + (far - near) * share[:, None])[:, None, :].repeat(size, 1)


def _shadow(
    solid: Float[np.ndarray, "row column"], shot: Shot, standing: bool
) -> Float[np.ndarray, "row column"]:
    """What the object leaves of the light on the paper, 0 to 1."""
    size = len(solid)
    away = -np.cos(shot.light)
    rows = np.flatnonzero(solid.max(1) > 0.5)
    if not len(rows):
        return np.ones_like(solid)
    if not standing:
        fallen = ndimage.shift(solid, (0.018 * size, 0.015 * size * away), order=1)
        return 1 - 0.5 * ndimage.gaussian_filter(fallen, 0.014 * size)
    foot = int(rows[-1])
    # The silhouette laid down on the paper: rows above the foot come close to it, and to one side.
    flat, lean = 0.16, 0.5 * float(away)
    laid = (1.0, lean / flat, -lean / flat * foot, 0.0, 1 / flat, foot - foot / flat)
    cast = _moved(solid, laid, size)
    contact = np.zeros_like(solid)
    contact[max(foot - size // 60, 0) : foot + size // 90] = solid[max(foot - size // 40, 0)]
    soft = 0.4 * ndimage.gaussian_filter(cast, 0.02 * size)
    return 1 - np.clip(soft + 0.5 * ndimage.gaussian_filter(contact, 0.01 * size), 0, 0.8)


def _scale_bar(
    image: Image.Image,
    rng: np.random.Generator,
    solid: Float[np.ndarray, "row column"],
    light: bool,
) -> tuple[int, int, int, int]:
    """Lay a bar of black and white fields into the emptier lower corner; returns its box."""
    size = image.width
    length, height, margin = int(0.26 * size), max(3, size // 60), size // 24
    top = size - margin - height
    corners = [margin, size - margin - length]
    rng.shuffle(corners)
    left = min(corners, key=lambda at: float(solid[top - size // 28 :, at : at + length].sum()))
    draw = ImageDraw.Draw(image)
    ink, paper = ((240, 240, 240), (20, 20, 20)) if light else ((15, 15, 15), (250, 250, 250))
    step = length // 4
    for field in range(4):
        box = (left + field * step, top, left + (field + 1) * step - 1, top + height)
        draw.rectangle(box, fill=ink if field % 2 == 0 else paper, outline=ink)
    draw.text((left, top - size // 28), "5 cm", fill=ink, font_size=size / 32)
    return left, top - size // 28, left + length, top + height + 1


def _developed(image: Image.Image, shot: Shot, rng: np.random.Generator) -> Image.Image:
    """The lens's softness, the film's or sensor's grain and colour."""
    if shot.blur > 0:
        image = image.filter(ImageFilter.GaussianBlur(shot.blur * image.width / 384))
    values = np.asarray(image, np.float32)
    grain = rng.standard_normal(values.shape[:2], np.float32) * (3.2 if shot.grey else 1.6)
    values = values + grain[..., None]
    if shot.grey:
        tone = values @ np.array([0.299, 0.587, 0.114], np.float32)
        sepia = rng.uniform(0, 1) * np.array([6, 1, -8], np.float32)
        values = tone[..., None] + sepia
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
