"""Any picture file that a museum hands over -> an upright 8-bit RGB photo."""

import contextlib
import hashlib
import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from qcmfm.errors import PhotoError

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "JPEG2000", "AVIF")
MAX_PIXELS = 120_000_000
"""A photo with more is refused: decoded, it would take over 360 MB."""

_HINT = "Give a JPEG, PNG, WebP, TIFF, GIF, BMP, JPEG 2000 or AVIF file."


def content_hash(content: bytes) -> str:
    """SHA-256 of a photo's or caption's bytes, in hexadecimal: the key of everything cached."""
    return hashlib.sha256(content).hexdigest()


def read_photo(source: Path | bytes, name: str = "", at_least: int = 0) -> Image.Image:
    """Decode a photo, turn it upright and bring it to 8-bit RGB.

    EXIF orientation is applied, transparency is laid on white, 16-bit and floating-point greys are
    scaled to 8 bits, palettes and CMYK are converted, an animation gives its first frame.

    Args:
        source: A file or its bytes.
        name: What to call it in an error; by default the file's name.
        at_least: When the longer side needs no more pixels than this, a large JPEG is decoded at
            a half, a quarter or an eighth of its size, which is much faster. 0 means full size.

    Raises:
        PhotoError: The bytes are no picture, a broken one, or one too large.
    """
    name = name or (source.name if isinstance(source, Path) else "The file")
    try:
        content = source.read_bytes() if isinstance(source, Path) else source
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise PhotoError(
                        f"{name} has {width} x {height} pixels.",
                        f"Give a photo of at most {MAX_PIXELS // 1_000_000} million pixels.",
                    )
                if at_least:
                    image.draft("RGB", (at_least, at_least))
                return _rgb(_upright(image))
    except PhotoError:
        raise
    except UnidentifiedImageError:
        raise PhotoError(f"{name} is not a photo that can be read.", _HINT) from None
    except Image.DecompressionBombError:
        raise PhotoError(f"{name} has too many pixels.", "Give a smaller photo.") from None
    except FileNotFoundError:
        raise PhotoError(f"{name} does not exist.", "Check the path.") from None
    except Exception as error:  # damaged bytes make Pillow's decoders raise anything
        reason = str(error).split("\n")[0][:120]
        raise PhotoError(f"{name} is broken: {reason}.", "Export the photo once more.") from None


def photo_extension(content: bytes) -> str:
    """The file name ending that fits a photo's content, such as `.jpg`.

    Raises:
        PhotoError: The bytes are no picture.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                return {"JPEG": ".jpg", "MPO": ".jpg", "TIFF": ".tif", "JPEG2000": ".jp2"}.get(
                    image.format or "", f".{str(image.format).lower()}"
                )
    except Exception:  # damaged bytes make Pillow's decoders raise anything
        raise PhotoError("The file is not a photo that can be read.", _HINT) from None


def _upright(image: Image.Image) -> Image.Image:
    """An image turned as its EXIF block says, if that can be read."""
    with contextlib.suppress(Exception):
        image.getexif()  # keeps what it found; transposing only needs the turn
    image.info.pop("exif", None)  # transposing would write it back, and fail on a damaged tag
    return ImageOps.exif_transpose(image)


def _rgb(image: Image.Image) -> Image.Image:
    """An image of any mode as RGB; a fully decoded copy, so that broken data fails here."""
    if image.mode in ("I;16", "I;16L", "I;16B", "I;16N", "I", "F"):
        return Image.fromarray(_eight_bits(image)).convert("RGB")
    if image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> np.ndarray:
    """Grey levels of a 16-bit, 32-bit or floating-point image, scaled to 0..255."""
    values = np.asarray(image).astype(np.float64)
    if image.mode == "F" or values.max(initial=0) > 65535 or values.min(initial=0) < 0:
        finite = values[np.isfinite(values)]
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
        values = np.nan_to_num((values - low) / ((high - low) or 1.0), posinf=1.0, neginf=0.0)
    else:  # scanners store 12 bits in 16
        values = values / (4095 if values.max(initial=0) <= 4095 else 65535)
    return np.round(values * 255).clip(0, 255).astype(np.uint8)
