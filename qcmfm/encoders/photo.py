"""Decode photo files of any supported format to upright 8-bit RGB.

The format is detected from the content, not from the file name. Files are decoded in a separate
process with limited memory and time, see `core/sandbox.py`.
"""

import atexit
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from qcmfm.core.errors import PhotoError
from qcmfm.core.messages import msg
from qcmfm.core.sandbox import Answer, SandboxDied, SandboxLimits, SandboxPool

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "JPEG2000", "AVIF")
MAX_PIXELS = 120_000_000
"""Photos with more pixels are refused: decoded, they would take nearly 500 MB."""
MAX_BYTES = 512 * 1024**2
"""Largest size of a photo file."""
LIMITS = SandboxLimits(memory=2 * 1024**3, cpu_seconds=7, seconds=30.0)
"""Limits of a decoder: memory for the largest accepted photo in any mode, time for one photo."""
DECODER = Path(__file__).with_name("_decoder.py")
DECODERS = SandboxPool(DECODER, LIMITS, most=max(2, min(4, os.cpu_count() or 1)))
atexit.register(DECODERS.close)

_GAVE_UP = "its decoder gave up"
_HINT = "Give a JPEG, PNG, WebP, TIFF, GIF, BMP, JPEG 2000 or AVIF file."
_ENDINGS = {"JPEG": ".jpg", "MPO": ".jpg", "TIFF": ".tif", "JPEG2000": ".jp2"}


@dataclass(frozen=True)
class EmbeddedText:
    """Text in the metadata of a photo file; each field may be empty.

    Args:
        iptc: Caption, headline or object name from the IPTC metadata.
        exif: Title, comment or description from the EXIF metadata.
        xmp: The XMP packet, an unparsed XML document.
    """

    iptc: str = ""
    exif: str = ""
    xmp: bytes = b""


def content_hash(content: bytes) -> str:
    """SHA-256 of the bytes of a photo or caption in hexadecimal, the key of the feature cache."""
    return hashlib.sha256(content).hexdigest()


def read_photo(source: Path | bytes, name: str = "", at_least: int = 0) -> Image.Image:
    """Decode a photo to upright 8-bit RGB.

    EXIF orientation is applied, transparency is composited on white, 16-bit and floating-point
    greys are scaled to 8 bits, palettes and CMYK are converted, and animations are reduced to their
    first frame.

    Args:
        source: Path or content of the file.
        name: Name of the photo in error messages; by default the file's name.
        at_least: Size in pixels that the caller needs. A larger JPEG may be decoded at a half, a
            quarter or an eighth of its size, which is much faster. 0 means full size.

    Raises:
        PhotoError: The file is not a photo, is damaged, or is too large.
    """
    name = name or (source.name if isinstance(source, Path) else "The file")
    question = {"want": "photo", "at_least": at_least, "most": MAX_PIXELS}
    answer = _decode(source, name, question, 3 * MAX_PIXELS)
    width, height = answer.content["size"]
    if sum(map(len, answer.parts)) != 3 * width * height:  # no decoder that is sound says that
        raise _broken(name, _GAVE_UP)
    photo = Image.new("RGB", (width, height))
    top = 0
    for part in answer.parts:
        rows = len(part) // (3 * width)
        photo.paste(Image.frombytes("RGB", (width, rows), part), (0, top))
        top += rows
    return photo


def photo_extension(content: bytes) -> str:
    """File extension for a photo's content, such as `.jpg`.

    Raises:
        PhotoError: The content is not a photo.
    """
    try:
        format = _decode(content, "The file", {"want": "format"}).content["format"]
    except PhotoError:
        raise PhotoError("The file is not a photo that can be read.", _HINT) from None
    return _ENDINGS.get(format, f".{format.lower()}")


def photo_size(source: Path) -> tuple[int, int]:
    """Width and height of a photo after EXIF orientation, without decoding it.

    Raises:
        PhotoError: The file is not a photo.
    """
    width, height = _decode(source, source.name, {"want": "size"}).content["size"]
    return width, height


def embedded_text(source: Path) -> EmbeddedText:
    """Read the text in a photo's metadata.

    Raises:
        PhotoError: The file is not a photo.
    """
    answer = _decode(source, source.name, {"want": "words"}, 1 << 20)
    return EmbeddedText(answer.content["iptc"], answer.content["exif"], b"".join(answer.parts))


def _decode(source: Path | bytes, name: str, question: dict[str, Any], most: int = 0) -> Answer:
    """Ask the decoder about a photo; its errors become a `PhotoError`."""
    content = _content(source, name)
    try:
        answer = DECODERS.ask({**question, "formats": FORMATS}, content, most)
    except SandboxDied as error:
        raise _broken(name, "it takes too long" if error.late else _GAVE_UP) from None
    reply = answer.content
    error = reply.get("error")
    if error == "unknown":
        raise PhotoError(msg("{name} is not a photo that can be read.", name=name), _HINT)
    if error == "large":
        raise PhotoError(
            msg(
                "{name} has {width} x {height} pixels.",
                name=name,
                width=reply["size"][0],
                height=reply["size"][1],
            ),
            msg(
                "Give a photo of at most {max_pixels} million pixels.",
                max_pixels=MAX_PIXELS // 1_000_000,
            ),
        )
    if error == "memory":
        raise PhotoError(
            msg("{name} takes too much memory to decode.", name=name), "Give a smaller photo."
        )
    if error:
        raise _broken(name, str(reply.get("reason"))[:120])
    return answer


def _broken(name: str, reason: str) -> PhotoError:
    return PhotoError(
        msg("{name} is broken: {reason}.", name=name, reason=reason), "Export the photo once more."
    )


def _content(source: Path | bytes, name: str) -> bytes:
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size > MAX_BYTES:
            raise PhotoError(
                msg("{name} has {size:,.0f} MB.", name=name, size=size / 1e6),
                msg("Give a photo of at most {max_bytes} MB.", max_bytes=MAX_BYTES // 1024**2),
            )
        return source if isinstance(source, bytes) else source.read_bytes()
    except FileNotFoundError:
        raise PhotoError(msg("{name} does not exist.", name=name), "Check the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not a path"
        raise PhotoError(
            msg("{name} cannot be read: {reason}.", name=name, reason=reason), "Check the file."
        ) from None
