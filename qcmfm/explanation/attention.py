"""Attention maps as numbers, pictures and words, and outlines of true regions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from PIL import Image, ImageChops, ImageFilter

from qcmfm.fusion.base import Attention


def word_heat(
    attention: Attention, record: int, word: int, grid: tuple[int, int]
) -> Float[np.ndarray, "row column"]:
    """Attention of one word over the regions, averaged over the heads; adds up to 1.

    Args:
        attention: Attention maps of a batch.
        record: Index of the record in the batch.
        word: Index of the word in the caption.
        grid: Rows and columns of regions.
    """
    return attention.word_to_region[record, :, word].mean(0).reshape(grid).cpu().numpy()


def caption_heat(
    attention: Attention, words: Sequence[int], grid: tuple[int, int], head: int | None = None
) -> Float[np.ndarray, "row column"]:
    """Attention of the first record over the regions, averaged over words; adds up to 1.

    Args:
        attention: Attention maps of a batch.
        words: Indices of the words in the caption, at least one.
        grid: Rows and columns of regions.
        head: Index of a head; by default the average of all.
    """
    maps = attention.word_to_region[0] if head is None else attention.word_to_region[0, [head]]
    return maps[:, list(words)].mean((0, 1)).reshape(grid).cpu().numpy()


def attention_inside(
    attention: Attention, mask: Bool[np.ndarray, "row column"], words: int, head: int | None = None
) -> Float[np.ndarray, " word"]:
    """The share of each word's attention that lies inside a part of the photo, 0 to 1.

    Args:
        attention: Attention maps of a batch, of which the first record counts.
        mask: Regions that belong to the part.
        words: Number of words in the caption.
        head: Index of a head; by default the average of all.
    """
    maps = attention.word_to_region[0] if head is None else attention.word_to_region[0, [head]]
    inside = maps[:, :words, mask.reshape(-1).nonzero()[0].tolist()]
    return inside.sum(-1).mean(0).cpu().numpy()


def regions_in(
    grid: tuple[int, int], left: float, top: float, right: float, bottom: float
) -> Bool[np.ndarray, "row column"]:
    """The regions whose centre lies in a box.

    Args:
        grid: Rows and columns of regions.
        left: Left edge of the box, as a share of the photo's width, 0 to 1.
        top: Upper edge, as a share of the height, measured from the top.
        right: Right edge, as a share of the width.
        bottom: Lower edge, as a share of the height, measured from the top.
    """
    down, across = ((np.arange(n) + 0.5) / n for n in grid)
    rows, columns = (down >= top) & (down <= bottom), (across >= left) & (across <= right)
    return rows[:, None] & columns


def attended_box(heat: Float[np.ndarray, "row column"], word: str) -> dict[str, Any]:
    """The most attended region, as a box for the evidence of a decision.

    Args:
        heat: Attention over the regions; adds up to 1.
        word: Word or words whose attention it is.
    """
    rows, columns = heat.shape
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    numbers = (column / columns, row / rows, 1 / columns, 1 / rows)
    box = ",".join(f"{100 * number:.4g}" for number in numbers)
    return {"xywh": f"percent:{box}", "words": [word], "share": round(float(heat.max()), 4)}


def overlay(
    photo: Image.Image,
    heat: Float[np.ndarray, "row column"],
    opacity: float = 0.6,
    smooth: bool = True,
) -> Image.Image:
    """The photo with a heat map over it, from dark blue for the least to yellow for the most.

    The colours are those of matplotlib's `cividis`, whose order remains visible in greyscale and to
    people with colour blindness.

    Args:
        photo: RGB photo.
        heat: One value per region; scaled to the full range of colours.
        opacity: Opacity of the heat map, 0 to 1.
        smooth: Whether to interpolate between regions; else they are drawn as a grid.
    """
    from matplotlib import colormaps

    spread = float(heat.max() - heat.min())
    level = (heat - heat.min()) / spread if spread > 0 else np.zeros_like(heat)
    small = Image.fromarray((level * 255).astype(np.uint8))
    between = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    drawn = np.asarray(small.resize(photo.size, between)) / 255
    colours = Image.fromarray((colormaps["cividis"](drawn)[..., :3] * 255).astype(np.uint8))
    return Image.blend(photo, colours, opacity)


def place_in_words(heat: Float[np.ndarray, "row column"]) -> str:
    """Describe where the heat is highest, for people who cannot see it: 'upper left', 'centre'."""
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    rows, columns = heat.shape
    vertical = ("upper", "middle", "lower")[min(2, int(row) * 3 // rows)]
    horizontal = ("left", "centre", "right")[min(2, int(column) * 3 // columns)]
    return (
        "centre" if (vertical, horizontal) == ("middle", "centre") else f"{vertical} {horizontal}"
    )


def outlined(photo: Image.Image, mask: Bool[np.ndarray, "row column"]) -> Image.Image:
    """The photo with an outline around the mask, white with a dark rim.

    Args:
        photo: RGB photo.
        mask: Mask over the photo, at any resolution.
    """
    solid = Image.fromarray(mask).convert("L").resize(photo.size, Image.Resampling.BILINEAR)
    solid = solid.point([0] * 128 + [255] * 128)
    thin, wide = (solid.filter(ImageFilter.MaxFilter(size)) for size in (5, 9))
    inner = solid.filter(ImageFilter.MinFilter(3))
    drawn = photo.copy()
    drawn.paste((20, 20, 20), mask=ImageChops.subtract(wide, inner))
    drawn.paste((255, 255, 255), mask=ImageChops.subtract(thin, inner))
    return drawn
