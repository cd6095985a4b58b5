"""Hostile photos: cut, damaged, swollen, two things at once, or none at all."""

import bz2
import functools
import gzip
import io
import pickle
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from PIL import Image

from tests.hostile.case import EITHER, REFUSED, TAKEN, Case

FORMATS = {
    "JPEG": "jpg", "PNG": "png", "WEBP": "webp", "TIFF": "tif", "GIF": "gif", "BMP": "bmp",
    "JPEG2000": "jp2", "AVIF": "avif",
}  # fmt: skip


@functools.cache
def sound(format: str, side: int = 48) -> bytes:
    """A photo with nothing wrong about it."""
    across, down = np.meshgrid(np.linspace(0, 255, side), np.linspace(0, 255, side))
    pixels = np.stack([across, down, (across + down) / 2], 2).astype(np.uint8)
    return saved(Image.fromarray(pixels), format)


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def cases() -> Iterator[Case]:
    yield from _cut()
    yield from _damaged()
    yield from _bombs()
    yield from _blocks()
    yield from _two_at_once()
    yield from _odd()
    yield from _none()


def _cut() -> Iterator[Case]:
    for format, ending in FORMATS.items():
        for share in (5, 30, 60, 95):

            def make(format: str = format, share: int = share) -> bytes:
                return sound(format)[: len(sound(format)) * share // 100]

            yield Case(f"{format} cut at {share}%", f"cut.{ending}", make)


def _damaged() -> Iterator[Case]:
    for format, ending in FORMATS.items():
        for seed in range(4):

            def make(format: str = format, seed: int = seed) -> bytes:
                chance, content = random.Random(seed), bytearray(sound(format))
                for _ in range(3 + 8 * seed):
                    content[chance.randrange(len(content))] = chance.randrange(256)
                return bytes(content)

            yield Case(f"{format} damaged, seed {seed}", f"damaged.{ending}", make)


def _bombs() -> Iterator[Case]:
    yield Case("PNG of 900 million pixels", "bomb.png", lambda: png(30_000, 30_000), REFUSED)
    yield Case("PNG that says 65535 x 65535", "bomb.png", lambda: png(65_535, 65_535, 1), REFUSED)
    yield Case("PNG that says 2^31 wide", "bomb.png", lambda: png(2**31 - 1, 1, 1), REFUSED)
    yield Case("GIF that says 65535 x 65535", "bomb.gif", lambda: _gif(65_535, 65_535), REFUSED)
    yield Case("BMP that says 60000 x 60000", "bomb.bmp", lambda: _bmp(60_000, 60_000), REFUSED)
    yield Case("JPEG that says 65500 x 65500", "bomb.jpg", lambda: _jpeg_says(65_500), REFUSED)
    yield Case("TIFF that says 10^5 x 10^5", "bomb.tif", lambda: _tiff(100_000, 100_000), REFUSED)
    yield Case("TIFF whose strip is 4 GB", "bomb.tif", lambda: _tiff(100, 100, 2**32 - 1))
    yield Case("PNG text that swells to 80 MB", "bomb.png", lambda: _with_chunk(
        b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000), 9)))  # fmt: skip
    yield Case("PNG profile that swells to 80 MB", "bomb.png", lambda: _with_chunk(
        b"iCCP", b"a\0\0" + zlib.compress(bytes(80_000_000), 9)))  # fmt: skip
    yield Case("PNG text of 8 MB", "long.png", lambda: _with_chunk(b"tEXt", b"a\0" + b"x" * 2**23))
    yield Case("PNG in 20,000 pieces", "pieces.png", _many_pieces)
    yield Case("JPEG with 3,000 scans of 100 million pixels", "scans.jpg",
               lambda: many_scans(10_000, 3_000), REFUSED, heavy=True)  # fmt: skip
    yield Case("JPEG with 40 scans", "scans.jpg", lambda: many_scans(64, 40))
    yield Case("GIF of 1,000 frames", "long.gif", lambda: _frames("GIF", 1_000), TAKEN)
    yield Case("WebP of 200 frames", "long.webp", lambda: _frames("WEBP", 200), TAKEN)
    yield Case("PNG of 500 frames", "long.png", lambda: _frames("PNG", 500), TAKEN)
    yield Case("TIFF of 300 pages", "long.tif", lambda: _frames("TIFF", 300), TAKEN)
    yield Case("PNG of 119 million pixels", "large.png", lambda: png(10_900, 10_900), TAKEN, True)
    yield Case("PNG of 119 million grey 16-bit pixels", "large.png",
               lambda: png(10_900, 10_900, bits=16), EITHER, heavy=True)  # fmt: skip
    yield Case("PNG of 119 million clear pixels", "large.png",
               lambda: png(10_900, 10_900, bits=8, kind=6), TAKEN, heavy=True)  # fmt: skip
    yield Case("PNG of 1 x 60000", "thin.png", lambda: png(1, 60_000), TAKEN)
    yield Case("PNG of 60000 x 1", "thin.png", lambda: png(60_000, 1), TAKEN)
    yield Case("JPEG file of 600 MB", "huge.jpg", lambda: sound("JPEG") + bytes(600 << 20),
               REFUSED, heavy=True)  # fmt: skip


def _blocks() -> Iterator[Case]:
    """Blocks of metadata."""
    loop = b"II*\0\x08\0\0\0" + b"\x01\0" + b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0" + b"\x08\0\0\0"
    many = b"II*\0\x08\0\0\0\xff\xff" + b"\x0e\x01\x02\0\xff\xff\xff\xff\x10\0\0\0" * 5000
    blocks = {
        "64 KB of EXIF": b"II*\0\x08\0\0\0\x01\0\x0e\x01\x02\0\xf0\xff\0\0\x1a\0\0\0\0\0\0\0"
        + b"x" * 65_000,
        "EXIF that runs in a circle": loop,
        "EXIF of 65535 endless tags": many[:65_000],
        "EXIF turned by 77": b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x4d\0\0\0\0\0\0\0",
        "EXIF of noise": random.Random(1).randbytes(60_000),
        "empty EXIF": b"",
    }
    for name, block in blocks.items():
        for format in ("JPEG", "PNG", "WEBP"):

            def make(format: str = format, block: bytes = block) -> bytes:
                return saved(Image.new("RGB", (8, 6)), format, exif=b"Exif\0\0" + block)

            yield Case(f"{format} with {name}", f"exif.{FORMATS[format]}", make, TAKEN)
    yield Case("TIFF whose pages run in a circle", "loop.tif", _tiff_loop)
    yield Case("TIFF of 60,000 tags", "tags.tif", lambda: _tiff(8, 8, tags=60_000))
    laughs = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(
            b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10)
            for letter in range(98, 107)
        )
        + b"]><x>&j;</x>"
    )
    outside = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    for name, packet in (("a billion laughs", laughs), ("an entity of a file", outside)):
        yield Case(f"PNG whose XMP holds {name}", "xmp.png", lambda packet=packet: _with_chunk(
            b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet), TAKEN)  # fmt: skip
    yield Case("PNG with 16 MB of EXIF", "exif.png", lambda: _with_chunk(b"eXIf", bytes(1 << 24)))


def _two_at_once() -> Iterator[Case]:
    zipped = b"PK\x05\x06" + bytes(18)
    yield Case("JPEG and ZIP", "both.jpg", lambda: sound("JPEG") + zipped, TAKEN)
    yield Case("GIF and JavaScript", "both.gif", lambda: b"GIF89a/*" + sound("GIF")[8:]
               + b"*/=1;alert(1)")  # fmt: skip
    yield Case("PNG and HTML", "both.png",
               lambda: sound("PNG") + b"<html><script>alert(1)</script>", TAKEN)  # fmt: skip
    yield Case("JPEG and PHP", "both.php.jpg", lambda: saved(
        Image.new("RGB", (9, 9)), "JPEG", comment=b"<?php system($_GET['c']); ?>"),
        TAKEN)  # fmt: skip
    yield Case("PDF and JPEG", "both.jpg", lambda: b"%PDF-1.7\n" + sound("JPEG"), REFUSED)
    yield Case("HTML and JPEG", "both.jpg", lambda: b"<html>" + sound("JPEG"), REFUSED)
    yield Case("JPEG twice", "both.jpg", lambda: sound("JPEG") * 2, TAKEN)
    yield Case("PNG called .svg", "png.svg", lambda: sound("PNG"))
    yield Case("JPEG called .exe", "photo.exe", lambda: sound("JPEG"))


def _odd() -> Iterator[Case]:
    def bare(content: bytes) -> Callable[[], bytes]:
        return lambda: content

    yield Case("BMP of no size", "zero.bmp", lambda: _bmp(0, 0), REFUSED)
    yield Case("BMP upside down, 2^31 high", "down.bmp", lambda: _bmp(1, -(2**31)), REFUSED)
    yield Case("PNG of no size", "zero.png", lambda: png(0, 0, 1), REFUSED)
    yield Case("GIF of no size", "zero.gif", lambda: _gif(0, 0), REFUSED)
    yield Case("JPEG without height", "zero.jpg", lambda: _jpeg_says(0), REFUSED)
    yield Case("PNG with a wrong checksum", "crc.png", lambda: sound("PNG").replace(
        sound("PNG")[29:33], b"abcd"))  # fmt: skip
    for format, ending in FORMATS.items():
        yield Case(f"the first 12 bytes of a {format}", f"start.{ending}",
                   bare(sound(format)[:12]), REFUSED)  # fmt: skip


def _none() -> Iterator[Case]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    things: dict[str, bytes] = {
        "nothing": b"", "one byte": b"\xff", "a sentence": b"This is a photo, surely.",
        "a megabyte of nothing": bytes(1 << 20), "SVG with a script": svg,
        "SVG that reads a file": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b'<svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>',
        "SVG packed": gzip.compress(svg),
        "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj", "HTML": b"<!doctype html><b>404</b>",
        "HEIC": b"\0\0\0\x18ftypheic" + bytes(40), "MP4": b"\0\0\0\x18ftypmp42" + bytes(40),
        "ICO": saved(Image.new("RGB", (16, 16)), "ICO"),
        "TGA": saved(Image.new("RGB", (4, 4)), "TGA"),
        "PCX": saved(Image.new("RGB", (4, 4)), "PCX"), "XBM": saved(Image.new("1", (8, 8)), "XBM"),
        "PPM": saved(Image.new("RGB", (4, 4)), "PPM"), "PSD": b"8BPS\0\x01" + bytes(60),
        "WMF": b"\xd7\xcd\xc6\x9a" + bytes(60), "ELF": b"\x7fELF\x02\x01\x01" + bytes(60),
        "an EXE": b"MZ" + bytes(80), "a pickle": pickle.dumps(print), "JSON": b'{"a": 1}',
        "XML": b"<?xml version='1.0'?><a/>", "gzip bomb": gzip.compress(bytes(50_000_000)),
        "bzip2 bomb": bz2.compress(bytes(50_000_000)), "UTF-16 text": "photo".encode("utf-16"),
        "noise": random.Random(2).randbytes(70_000), "a ZIP": b"PK\x05\x06" + bytes(18),
        "FLI": b"\0\0\0\0\x11\xaf" + bytes(200), "SPIDER": struct.pack(">27f", *[1.0] * 27),
    }  # fmt: skip
    for name, content in things.items():
        expected = REFUSED if content else EITHER  # without bytes there is only a caption
        yield Case(f"{name} called .jpg", "photo.jpg", lambda content=content: content, expected)


def png(width: int, height: int, rows: int | None = None, bits: int = 1, kind: int = 0) -> bytes:
    """A PNG of nothing but zeros, made in a moment whatever its size.

    Args:
        width: That it says.
        height: Likewise.
        rows: How many it really has; by default all.
        bits: Of a sample.
        kind: 0 for grey, 6 for red, green, blue and opacity.
    """
    row = bytes(1 + (width * bits * (4 if kind == 6 else 1) + 7) // 8) if width < 2**30 else b"\0\0"
    packer, parts = zlib.compressobj(9), []
    for _ in range(height if rows is None else min(rows, height)):
        parts.append(packer.compress(row))
    data = b"".join(parts) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _with_chunk(name: bytes, data: bytes) -> bytes:
    content = sound("PNG")
    return content[:33] + _chunk(name, data) + content[33:]


def _many_pieces() -> bytes:
    data = zlib.compress(random.Random(3).randbytes(64 * 193), 0)
    head = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    pieces = b"".join(_chunk(b"IDAT", data[n : n + 1]) for n in range(min(len(data), 20_000)))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + pieces + _chunk(b"IEND", b"")


def _gif(width: int, height: int) -> bytes:
    head = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0)
    return b"GIF89a" + head + frame + b"\x02\x02\x44\x01\x00;"


def _bmp(width: int, height: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info + bytes(64)


def _jpeg_says(side: int) -> bytes:
    content = bytearray(sound("JPEG"))
    place = content.index(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", side, side or 8)
    return bytes(content)


def many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG that says of all its blocks, again and again, that nothing is new.

    A scan of 100 million pixels takes a hundred bytes, and a decoder goes through all its blocks.
    """
    blocks = ((side + 7) // 8) ** 2
    symbols = -(-blocks // 32_767)
    bits = "0" + "1" * 14  # the code of EOB14, and the longest run
    text = bits * symbols
    text += "1" * (-len(text) % 8)
    data = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")

    def part(mark: int, body: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body

    table = part(0xDB, b"\0" + b"\1" * 64)
    frame = part(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
    codes = part(0xC4, b"\x10" + b"\1" + bytes(15) + b"\xe0")
    scan = part(0xDA, b"\1\1\0\1\x3f\0") + data
    return b"\xff\xd8" + table + frame + codes + scan * scans + b"\xff\xd9"


def _tiff(width: int, height: int, strip: int = 64, tags: int = 0) -> bytes:
    entries = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, strip),
    ]  # fmt: skip
    entries += [(40_000 + n % 20_000, 4, 1, n) for n in range(tags)]
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries) & 0xFFFF) + body + bytes(4)


def _tiff_loop() -> bytes:
    content = bytearray(_tiff(8, 8))
    content[-4:] = struct.pack("<I", 8)
    return bytes(content)


def _frames(format: str, count: int) -> bytes:
    first, *rest = (Image.new("L", (4, 4), n % 251) for n in range(count))
    return saved(first, format, save_all=True, append_images=rest)
