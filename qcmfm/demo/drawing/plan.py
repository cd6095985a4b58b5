"""What the program decides to draw before it draws it: an object, and a photo of it.

An object is planned once and photographed several times. Everything that a drawing leaves to chance
comes from the seeds in here, so that the same plan gives the same picture.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

MOTIFS = (
    "dragon",
    "phoenix",
    "lotus",
    "peony",
    "cloud",
    "wave",
    "bat",
    "crane",
    "taotie",
    "key-fret",
    "medallion",
)
"""What an object is decorated with; `medallion` is a round stylised character (shou)."""

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (178, 34, 38),
    "blue": (34, 66, 142),
    "turquoise": (46, 158, 164),
    "green": (52, 122, 66),
    "yellow": (222, 178, 58),
    "white": (236, 232, 220),
    "black": (30, 28, 30),
    "purple": (104, 52, 118),
    "pink": (214, 134, 146),
    "brown": (104, 66, 40),
    "gold": (206, 164, 74),
    "silver": (188, 190, 194),
}
"""Named colours, sRGB."""

PLACES = ("centre", "left", "right", "upper", "lower", "border")
"""Where on the decorated surface, as seen in the photo; `border` is a repeated band."""


@dataclass(frozen=True)
class Motif:
    """One motif on an object.

    Args:
        name: Of `MOTIFS`.
        colour: Of `COLOURS`; empty where it stands in relief in the object's own material.
        place: Of `PLACES`.
    """

    name: str
    colour: str
    place: str


@dataclass(frozen=True)
class Plan:
    """An object to draw.

    Args:
        label: The true category, which nothing in a drawing may depend on but `look`.
        look: What its surface looks like; some looks are shared by two labels.
        form: The kind of object: vase, robe.
        ground: Of `COLOURS`: the surface's own colour, where the look lets it be chosen.
        motifs: What it is decorated with; no name and no place twice.
        parts: What is mentioned of the form and visible: handles, lid, legs.
        wear: How damaged, 0 (as new) to 1.
        seed: Of everything left to chance.
    """

    label: str
    look: str
    form: str
    ground: str
    motifs: tuple[Motif, ...]
    parts: tuple[str, ...]
    wear: float
    seed: int


@dataclass(frozen=True)
class Shot:
    """One photo of an object.

    Args:
        turn: How far the object is turned about its upright axis, radians, within 0.25 of 0.
        light: Where the main light comes from, radians: 0 is from the right, pi / 2 from above.
        zoom: Size of the object in the picture; 1 fills about three quarters of it, above about
            1.3 its edges are cut off.
        place: Where it is across and down, from one edge of the picture (-1) to the other (1).
        backdrop: `white`, `grey`, `black` or `warm`.
        grey: Whether the photo is black and white.
        scale_bar: Whether a scale bar lies in the picture.
        blur: Standard deviation in pixels of a photo of 384.
        quality: Of the JPEG file, 60 to 95.
        seed: Of everything else: noise, slant, colour of the light.
    """

    turn: float
    light: float
    zoom: float
    place: tuple[float, float]
    backdrop: str
    grey: bool
    scale_bar: bool
    blur: float
    quality: int
    seed: int


@dataclass(frozen=True)
class Layer:
    """A drawn object without its surroundings.

    Args:
        colour: sRGB, 0 to 1; of no meaning where `alpha` is 0.
        alpha: How much of each pixel the object covers.
        masks: Where each thing is that a word may name: `object`, each motif's name, each part's
            name. Only what is visible, so a mask may be empty.
    """

    colour: Float[np.ndarray, "row column 3"]
    alpha: Float[np.ndarray, "row column"]
    masks: dict[str, Bool[np.ndarray, "row column"]]
