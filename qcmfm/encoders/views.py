"""Augmented views of a photo, each a named, deterministic function of its content."""

import random
from collections.abc import Callable

from PIL import Image, ImageEnhance, ImageOps

ORIGINAL = "original"


def _crop(image: Image.Image, chance: random.Random) -> Image.Image:
    """A random crop of 50 to 100% of the area, mirrored half of the time, in varied light."""
    share, stretch = chance.uniform(0.5, 1.0), chance.uniform(0.8, 1.25)
    width = min(image.width, max(1, round(image.width * (share * stretch) ** 0.5)))
    height = min(image.height, max(1, round(image.height * (share / stretch) ** 0.5)))
    left = chance.randint(0, image.width - width)
    top = chance.randint(0, image.height - height)
    image = image.crop((left, top, left + width, top + height))
    if chance.random() < 0.5:
        image = ImageOps.mirror(image)
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(chance.uniform(0.75, 1.25))
    return image


def _mirror(image: Image.Image, chance: random.Random) -> Image.Image:
    return ImageOps.mirror(image)


_VIEWS: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    ORIGINAL: lambda image, chance: image,
    "mirror": _mirror,
} | {f"crop-{number}": _crop for number in range(1, 9)}


def names() -> list[str]:
    """Every view there is; the first is the photo as it stands."""
    return list(_VIEWS)


def apply_view(view: str, image: Image.Image, key: str) -> Image.Image:
    """The view called `view` of an RGB photo.

    Args:
        view: One of `names()`.
        image: RGB, any size.
        key: The photo's content hash; with the view's name it seeds all chance, so that the same
            photo always gives the same view.
    """
    return _VIEWS[view](image, random.Random(f"{view}:{key}"))
