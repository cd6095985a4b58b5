"""Augmented views of photos; each view has a name and is deterministic for a given photo."""

import random
from collections.abc import Callable

from PIL import Image, ImageEnhance, ImageOps

ORIGINAL = "original"


def _crop(image: Image.Image, rng: random.Random) -> Image.Image:
    """A random crop of 50 to 100% of the area, mirrored half of the time, with colour jitter."""
    share, stretch = rng.uniform(0.5, 1.0), rng.uniform(0.8, 1.25)
    width = min(image.width, max(1, round(image.width * (share * stretch) ** 0.5)))
    height = min(image.height, max(1, round(image.height * (share / stretch) ** 0.5)))
    left = rng.randint(0, image.width - width)
    top = rng.randint(0, image.height - height)
    image = image.crop((left, top, left + width, top + height))
    if rng.random() < 0.5:
        image = ImageOps.mirror(image)
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(rng.uniform(0.75, 1.25))
    return image


def _mirror(image: Image.Image, rng: random.Random) -> Image.Image:
    return ImageOps.mirror(image)


_VIEWS: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    ORIGINAL: lambda image, rng: image,
    "mirror": _mirror,
} | {f"crop-{number}": _crop for number in range(1, 9)}


def names() -> list[str]:
    """Names of all views; the first is the original photo."""
    return list(_VIEWS)


def apply_view(view: str, image: Image.Image, key: str) -> Image.Image:
    """Apply a view to an RGB photo.

    Args:
        view: One of `names()`.
        image: RGB photo of any size.
        key: Content hash of the photo; seeds the random generator together with the view's name,
            so that the same photo always has the same view.
    """
    return _VIEWS[view](image, random.Random(f"{view}:{key}"))
