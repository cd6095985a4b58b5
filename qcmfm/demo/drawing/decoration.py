"""The motifs of a plan on the visible surface of a form."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter

from qcmfm.demo.drawing.layout import Band, Layout
from qcmfm.demo.drawing.motifs import MotifShape, motif, strip
from qcmfm.demo.drawing.plan import COLOURS, Motif
from qcmfm.demo.drawing.scene import BODY, Plane, Scene, Window


def linear(colour: tuple[int, int, int]) -> Float[np.ndarray, "3 1 1"]:
    """Linear light of an sRGB colour, as a colour plane."""
    return ((np.array(colour, np.float32) / 255) ** 2.2)[:, None, None]


@dataclass(frozen=True)
class Decoration:
    """What the motifs do to a surface.

    Args:
        covers: How much of each pixel each motif covers, by its name.
        shape: How much any of them covers.
        relief: Height of the motifs, 0 to 1.
        lines: Outlines and inner drawing, 0 to 1.
        colour: Linear light, axis first, where `painted`.
        painted: How much shows in a named colour.
        metal: How much of that is gold or silver.
    """

    covers: dict[str, Plane]
    shape: Plane
    relief: Plane
    lines: Plane
    colour: Float[np.ndarray, "3 row column"]
    painted: Plane
    metal: Plane

    def within(self, window: Window) -> "Decoration":
        """The same for a part of the picture."""
        return Decoration(
            covers={name: cover[window] for name, cover in self.covers.items()},
            shape=self.shape[window],
            relief=self.relief[window],
            lines=self.lines[window],
            colour=self.colour[:, *window],
            painted=self.painted[window],
            metal=self.metal[window],
        )


def decorate(
    scene: Scene, layout: Layout, motifs: tuple[Motif, ...], rng: np.random.Generator
) -> Decoration:
    """Lays the motifs on the surface, bent as it bends and hidden where it turns away."""
    shape = (scene.size, scene.size)
    done = _undecorated(shape)
    rows, columns = np.nonzero(scene.zone == BODY)
    place = scene.place[:, rows, columns]
    for each in motifs:
        own = np.random.default_rng(rng.integers(2**32))
        if each.place == "border":
            at, picture = _on_band(layout, place, scene.size, each, own)
        else:
            at, picture = _on_spot(layout, place, scene.size, each, own)
        inside = np.flatnonzero((np.abs(at - 0.5) < 0.5).all(axis=0))
        texture = _texture(picture)
        values = _pick(texture, at[:, inside])
        where = rows[inside], columns[inside]
        cover = np.zeros(shape, np.float32)
        cover[where] = values[0]
        done.covers[each.name] = cover
        _lay(done, each, where, values)
    return done


def _undecorated(shape: tuple[int, int]) -> Decoration:
    return Decoration(
        covers={},
        shape=np.zeros(shape, np.float32),
        relief=np.zeros(shape, np.float32),
        lines=np.zeros(shape, np.float32),
        colour=np.zeros((3, *shape), np.float32),
        painted=np.zeros(shape, np.float32),
        metal=np.zeros(shape, np.float32),
    )


def _on_spot(
    layout: Layout, place: np.ndarray, size: int, each: Motif, rng: np.random.Generator
) -> tuple[np.ndarray, MotifShape]:
    spot = layout.spots[each.place]
    pixels = int(np.clip(spot.height * size * 0.55, 40, 160))
    x = (place[0] - np.float32(spot.across)) / np.float32(spot.width) + np.float32(0.5)
    y = np.float32(0.5) - (place[1] - np.float32(spot.up)) / np.float32(spot.height)
    return np.stack([x, y]), motif(each.name, pixels, rng)


def _on_band(
    layout: Layout, place: np.ndarray, size: int, each: Motif, rng: np.random.Generator
) -> tuple[np.ndarray, MotifShape]:
    band: Band | None = layout.band
    assert band is not None
    pixels = int(np.clip((band.high - band.low) * size * 0.6, 24, 64))
    x = (place[2] - np.float32(band.start)) / np.float32(band.length)
    y = (np.float32(band.high) - place[3]) / np.float32(band.high - band.low)
    picture = strip(each.name, pixels, round(pixels * band.aspect), rng)
    return np.stack([x % 1, y]), picture


def _texture(picture: MotifShape) -> Float[np.ndarray, "3 row column"]:
    """Coverage, relief, and lines: the outline and the grooves."""
    cover, relief = picture.coverage, picture.relief
    wide = max(0.7, min(cover.shape) / 90)
    edge = np.exp(-(((gaussian_filter(cover, wide) - 0.5) / 0.24) ** 2))
    groove = np.clip(3.5 * (gaussian_filter(relief, 2.5 * wide) - relief) - 0.1, 0, 1) * cover
    return np.stack([cover, relief, np.maximum(edge, groove)]).astype(np.float32)


def _pick(texture: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Values between the pixels of a texture, at coordinates from 0 to 1."""
    _, height, width = texture.shape
    x = np.clip(at[0] * width - 0.5, 0, width - 1.001)
    y = np.clip(at[1] * height - 0.5, 0, height - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    a, b = (x - left).astype(np.float32), (y - top).astype(np.float32)
    upper = texture[:, top, left] * (1 - a) + texture[:, top, left + 1] * a
    lower = texture[:, top + 1, left] * (1 - a) + texture[:, top + 1, left + 1] * a
    return upper * (1 - b) + lower * b


def _lay(done: Decoration, each: Motif, where: tuple, values: np.ndarray) -> None:
    cover, relief, lines = values
    for plane, value in ((done.shape, cover), (done.relief, relief * cover), (done.lines, lines)):
        plane[where] = np.maximum(plane[where], value)
    if not each.colour:
        return
    done.painted[where] = np.maximum(done.painted[where], cover)
    done.colour[:, *where] = np.where(
        cover > 0.02, linear(COLOURS[each.colour])[..., 0], done.colour[:, *where]
    )
    if each.colour in ("gold", "silver"):
        done.metal[where] = np.maximum(done.metal[where], cover)
