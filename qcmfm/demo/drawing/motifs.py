"""Motifs by name: the ornament of every built-in object, as a shape with a relief."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from qcmfm.demo.drawing import beasts, birds, ornaments
from qcmfm.demo.drawing.pen import Pen

_DRAWINGS: dict[str, Callable[[Pen, np.random.Generator], None]] = {
    "dragon": beasts.dragon,
    "phoenix": birds.phoenix,
    "lotus": ornaments.lotus,
    "peony": ornaments.peony,
    "cloud": ornaments.cloud,
    "wave": ornaments.wave,
    "bat": beasts.bat,
    "crane": birds.crane,
    "taotie": beasts.taotie,
    "key-fret": ornaments.key_fret,
    "medallion": ornaments.medallion,
}
# What follows on from its own edge, and so stands without gaps in a strip.
_RUNNING = ("wave",)
# What never stands at a slant.
_LEVEL = ("wave", "key-fret", "medallion", "taotie")


@dataclass(frozen=True)
class MotifShape:
    """A drawn motif.

    Args:
        coverage: How much of each pixel it covers, 0 to 1.
        relief: Height within the shape, 0 to 1; grooves are its inner drawing.
    """

    coverage: Float[np.ndarray, "row column"]
    relief: Float[np.ndarray, "row column"]


def motif(name: str, size: int, rng: np.random.Generator) -> MotifShape:
    """A motif that fills most of a square.

    Args:
        name: Of `MOTIFS`.
        size: Pixels along each side of the square.
        rng: Decides pose, proportions, number of petals, and which way it looks.
    """
    pen = Pen()
    _DRAWINGS[name](pen, rng)
    if name not in _LEVEL:
        pen.tilt(rng.uniform(-0.22, 0.22))
    # A sign that is read does not stand mirrored.
    flip = bool(rng.random() < 0.5) and name != "medallion"
    return MotifShape(*pen.render(size, flip))


def strip(name: str, height: int, width: int, rng: np.random.Generator) -> MotifShape:
    """A motif repeated along a level band.

    Args:
        name: Of `MOTIFS`.
        height: Of the band, pixels.
        width: Of the band, pixels.
        rng: Decides about the motif, once for the whole band.
    """
    if name == "key-fret":
        return _fret(height, width)
    tile = motif(name, height, rng)
    used = np.flatnonzero(tile.coverage.max(axis=0) > 0.02)
    tile = MotifShape(*(plane[:, used[0] : used[-1] + 1] for plane in (tile.coverage, tile.relief)))
    wide = tile.coverage.shape[1]
    gap = 0 if name in _RUNNING else round(0.14 * height)
    count = -(-width // wide) if name in _RUNNING else max(1, (width + gap) // (wide + gap))
    pitch = width / count
    turns = rng.random() < 0.5
    coverage = np.zeros((height, width), np.float32)
    relief = np.zeros((height, width), np.float32)
    for at in range(count):
        left = max(0, round((at + 0.5) * pitch - wide / 2))
        room = min(wide, width - left)
        step = -1 if turns and at % 2 and name != "medallion" else 1
        coverage[:, left : left + room] = tile.coverage[:, ::step][:, :room]
        relief[:, left : left + room] = tile.relief[:, ::step][:, :room]
    return MotifShape(coverage, relief)


def _fret(height: int, width: int) -> MotifShape:
    """An unbroken meander that starts and ends with the band."""
    units = max(1, round(width / height / 1.15))
    pen = Pen()
    ornaments.fret_band(pen, units)
    return MotifShape(*pen.render(height, across=width))
