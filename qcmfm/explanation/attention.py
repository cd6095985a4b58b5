"""Where the model attended, in numbers, in pictures and in words; and where the thing truly is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from PIL import Image, ImageChops, ImageFilter

from qcmfm.fusion.base import Attention


def word_heat(
    attention: Attention, record: int, word: int, grid: tuple[int, int]
) -> Float[np.ndarray, "row column"]:
    """How much one word took from each region, averaged over the heads; adds up to 1.

    Args:
        attention: The model's attention maps for a batch.
        record: Place of the record in the batch.
        word: Place of the word in the caption.
        grid: Rows and columns of regions.
    """
    return attention.word_to_region[record, :, word].mean(0).reshape(grid).cpu().numpy()


def caption_heat(
    attention: Attention, words: Sequence[int], grid: tuple[int, int], head: int | None = None
) -> Float[np.ndarray, "row column"]:
    """How much some words of the first record took from each region; adds up to 1.

    Args:
        attention: The model's attention maps.
        words: Places of the words in the caption, at least one.
        grid: Rows and columns of regions.
        head: Of one head; by default averaged over all.
    """
    maps = attention.word_to_region[0] if head is None else attention.word_to_region[0, [head]]
    return maps[:, list(words)].mean((0, 1)).reshape(grid).cpu().numpy()


def looking_words(
    attention: Attention, mask: Bool[np.ndarray, "row column"], words: int, head: int | None = None
) -> Float[np.ndarray, " word"]:
    """The share of each word's attention that lies in a part of the photo, 0 to 1.

    Args:
        attention: The model's attention maps; of the first record.
        mask: The regions of that part.
        words: How many words the caption has.
        head: Of one head; by default averaged over all.
    """
    maps = attention.word_to_region[0] if head is None else attention.word_to_region[0, [head]]
    inside = maps[:, :words, mask.reshape(-1).nonzero()[0].tolist()]
    return inside.sum(-1).mean(0).cpu().numpy()


def regions_in(
    grid: tuple[int, int], left: float, top: float, right: float, bottom: float
) -> Bool[np.ndarray, "row column"]:
    """The regions whose middle lies in a box.

    Args:
        grid: Rows and columns of regions.
        left: Share of the photo's width, 0 to 1; likewise the others.
        top: From the upper edge.
        right: From the left edge.
        bottom: From the upper edge.
    """
    down, across = ((np.arange(n) + 0.5) / n for n in grid)
    rows, columns = (down >= top) & (down <= bottom), (across >= left) & (across <= right)
    return rows[:, None] & columns


def attended_box(heat: Float[np.ndarray, "row column"], word: str) -> dict[str, Any]:
    """The region that was attended most, as a box of the evidence of a decision.

    Args:
        heat: How much was taken from each region; adds up to 1.
        word: The word, or words, that took it.
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
    """The photo with the heat laid over it: yellow is most, dark blue is least.

    The colours are those of matplotlib's `cividis`, which keeps its order for people with colour
    blindness and in grey.

    Args:
        photo: RGB.
        heat: One value for each region; stretched to the full range of colours.
        opacity: Of the heat, 0 to 1.
        smooth: Whether the regions run into each other; else they are drawn as a grid.
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
    """Where the heat is highest, for people who cannot see it: 'upper left', 'centre'."""
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    rows, columns = heat.shape
    vertical = ("upper", "middle", "lower")[min(2, int(row) * 3 // rows)]
    horizontal = ("left", "centre", "right")[min(2, int(column) * 3 // columns)]
    return (
        "centre" if (vertical, horizontal) == ("middle", "centre") else f"{vertical} {horizontal}"
    )


def outlined(photo: Image.Image, mask: Bool[np.ndarray, "row column"]) -> Image.Image:
    """The photo with a line round the places where `mask` is true, white with a dark rim.

    Args:
        photo: RGB.
        mask: Of the photo at any size.
    """
    solid = Image.fromarray(mask).convert("L").resize(photo.size, Image.Resampling.BILINEAR)
    solid = solid.point([0] * 128 + [255] * 128)
    thin, wide = (solid.filter(ImageFilter.MaxFilter(size)) for size in (5, 9))
    inner = solid.filter(ImageFilter.MinFilter(3))
    drawn = photo.copy()
    drawn.paste((20, 20, 20), mask=ImageChops.subtract(wide, inner))
    drawn.paste((255, 255, 255), mask=ImageChops.subtract(thin, inner))
    return drawn
