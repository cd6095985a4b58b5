"""Why a label: where the model attended, and where the thing truly is."""

import numpy as np
from jaxtyping import Bool, Float
from PIL import Image, ImageChops, ImageFilter

from qcmfm.fusion._model import Attention


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


def overlay(
    photo: Image.Image, heat: Float[np.ndarray, "row column"], opacity: float = 0.6
) -> Image.Image:
    """The photo with the heat laid over it: yellow is most, dark blue is least.

    The colours are those of matplotlib's `cividis`, which keeps its order for people with colour
    blindness and in grey.

    Args:
        photo: RGB.
        heat: One value for each region; stretched to the full range of colours.
        opacity: Of the heat, 0 to 1.
    """
    from matplotlib import colormaps

    spread = float(heat.max() - heat.min())
    level = (heat - heat.min()) / spread if spread > 0 else np.zeros_like(heat)
    small = Image.fromarray((level * 255).astype(np.uint8))
    smooth = np.asarray(small.resize(photo.size, Image.Resampling.BICUBIC)) / 255
    colours = Image.fromarray((colormaps["cividis"](smooth)[..., :3] * 255).astype(np.uint8))
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
