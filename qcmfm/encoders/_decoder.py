"""Sandbox program that decodes photos, see `core/sandbox.py`.

It imports nothing from this package and needs neither files nor the network.
"""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageFile, ImageOps, IptcImagePlugin, UnidentifiedImageError

STRIP = 1 << 22
"""Pixels per message, so that a photo is never in memory twice."""
MAX_TEXT = 1 << 20

Image.MAX_IMAGE_PIXELS = None  # the question contains the limit


def answer(question: dict[str, Any], content: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Answer a question about a photo.

    Args:
        question: `formats` to try; `want`: `format`, `size`, `words` (embedded text) or `photo`,
            which has at most `most` pixels and may be decoded at a reduced size of `at_least`.
        content: Content of the file.
    """
    try:
        yield from _answer(question, content)
    except UnidentifiedImageError:
        yield {"error": "unknown"}, b""


def _answer(question: dict[str, Any], content: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    with Image.open(io.BytesIO(content), formats=question["formats"]) as image:
        format, (width, height) = image.format or "", image.size
        if question["want"] == "format":
            yield {"format": format}, b""
            return
        if question["want"] == "size":
            turned = _exif(image).get(0x0112, 1) in (5, 6, 7, 8)
            yield {"size": [height, width] if turned else [width, height]}, b""
            return
        if question["want"] == "words":
            texts = _words(image)
            packet = texts.pop("xmp")
            yield texts, packet
            return
        if width * height > question["most"]:
            yield {"error": "large", "size": [width, height]}, b""
            return
        if question["at_least"]:
            image.draft("RGB", (question["at_least"], question["at_least"]))
        photo = _rgb(_upright(image))
    rows = max(1, STRIP // photo.width)
    for top in range(0, photo.height, rows):
        yield {"size": list(photo.size)}, _rows(photo, top, rows).tobytes()


def _rows(image: Image.Image, top: int, count: int) -> Image.Image:
    return image.crop((0, top, image.width, min(top + count, image.height)))


def _exif(image: Image.Image) -> Image.Exif:
    """The EXIF metadata; empty if it cannot be read."""
    with contextlib.suppress(Exception):
        return image.getexif()
    return Image.Exif()


def _upright(image: Image.Image) -> Image.Image:
    """The image rotated and mirrored according to its EXIF orientation."""
    if _exif(image).get(0x0112, 1) == 1:
        return image  # a copy of the largest photo takes a second
    image.info.pop("exif", None)  # transposing would write it back, and fail on a damaged tag
    return ImageOps.exif_transpose(image)


def _rgb(image: Image.Image) -> Image.Image:
    """An image of any mode as RGB; fully decoded, so that broken data fails here."""
    image.load()
    if image.mode in ("I;16", "I;16L", "I;16B", "I;16N", "I", "F"):
        return _grey(image)
    if image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        photo, rows = Image.new("RGB", image.size, "white"), max(1, STRIP // image.width)
        for top in range(0, image.height, rows):
            layer = _rows(image, top, rows).convert("RGBA")
            photo.paste(layer, (0, top), layer)
        return photo
    return image if image.mode == "RGB" else image.convert("RGB")


def _grey(image: Image.Image) -> Image.Image:
    """A 16-bit, 32-bit or floating-point image, its grey levels scaled to 0..255."""
    import numpy as np

    rows, low, high = max(1, STRIP // image.width), np.inf, -np.inf
    exact = np.float32 if image.mode.startswith("I;16") else np.float64  # half the time, as good
    tops = range(0, image.height, rows)
    for top in tops:
        values = np.asarray(_rows(image, top, rows))
        values = values[np.isfinite(values)] if image.mode == "F" else values
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    if low > high:  # not one finite value
        low = high = 0.0
    ranged = image.mode == "F" or high > 65535 or low < 0
    span = (high - low or 1.0) if ranged else 4095 if high <= 4095 else 65535  # 12 bits in 16
    photo = Image.new("L", image.size)
    for top in tops:
        values = np.asarray(_rows(image, top, rows)).astype(exact)
        values = ((values - low) if ranged else values) / exact(span) * exact(255)
        values = np.nan_to_num(values, posinf=255.0, neginf=0.0) if image.mode == "F" else values
        photo.paste(Image.fromarray(np.round(values.clip(0, 255)).astype(np.uint8)), (0, top))
    return photo.convert("RGB")


def _words(image: ImageFile.ImageFile) -> dict[str, Any]:
    """Text in the IPTC, EXIF and XMP metadata of a photo; empty where it cannot be read."""
    texts: dict[str, Any] = {"iptc": "", "exif": "", "xmp": b""}
    for name, read in (("iptc", _iptc), ("exif", _exif_words), ("xmp", _xmp)):
        with contextlib.suppress(Exception):  # what cameras write there makes readers raise it
            texts[name] = read(image)[:MAX_TEXT]
    return texts


def _iptc(image: ImageFile.ImageFile) -> str:
    found: Any = IptcImagePlugin.getiptcinfo(image) or {}
    utf8 = found.get((1, 90)) == b"\x1b%G"
    for field in ((2, 120), (2, 105), (2, 5)):  # caption, headline, object name
        value = found.get(field)
        raw = b" ".join(value) if isinstance(value, list) else value
        if raw:
            try:
                return raw.decode("utf-8")
            except UnicodeDecodeError:
                return raw.decode("utf-8" if utf8 else "cp1252", "replace")
    return ""


def _xmp(image: Image.Image) -> bytes:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    if not packet and hasattr(image, "tag_v2"):
        packet = image.tag_v2.get(700, b"")  # pyright: ignore[reportAttributeAccessIssue]
    return packet.encode() if isinstance(packet, str) else bytes(packet)


def _exif_words(image: Image.Image) -> str:
    found = image.getexif()
    for tag in (40091, 40092):  # what Windows calls title and comment
        value = found.get(tag)
        if isinstance(value, bytes | tuple):
            text = bytes(value).decode("utf-16-le", "replace").replace("\0", "").strip()
            if text:
                return text
    value = found.get(270, "")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
