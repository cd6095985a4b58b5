"""Whatever a museum hands over becomes an upright RGB photo or a `PhotoError`."""

import contextlib
import functools
import io
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qcmfm.core.errors import PhotoError
from qcmfm.core.sandbox import SandboxPool
from qcmfm.encoders import photo
from qcmfm.encoders.photo import content_hash, photo_extension, read_photo
from tests.hostile.photos import many_scans

ORIENTATION = 0x0112
RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def levels(values: list[float], dtype: str, format: str) -> list[int]:
    """The greys that a one-row picture of `values` is read as."""
    pixels = np.asarray(read_photo(encoded(Image.fromarray(np.array([values], dtype)), format)))
    assert pixels.dtype == np.uint8
    assert (pixels == pixels[..., :1]).all()
    return pixels[0, :, 0].tolist()


@functools.cache
def scene() -> Image.Image:
    """A smooth picture that no turn or mirror maps to itself."""
    across, down = np.meshgrid(np.linspace(0, 1, 32), np.linspace(0, 1, 24))
    channels = [255 * across, 255 * down, 255 * across * down]
    return Image.fromarray(np.stack(channels, 2).astype(np.uint8))


def assert_same_picture(found: Image.Image, expected: Image.Image, most: int = 0) -> None:
    assert (found.mode, found.size) == ("RGB", expected.size)
    gap = np.abs(np.asarray(found).astype(int) - np.asarray(expected.convert("RGB")))
    assert gap.max() <= most


# What the camera did to the upright scene, by the EXIF value it wrote (EXIF 2.32, 4.6.4 A).
CAMERA = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("value", CAMERA)
@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_a_turned_photo_is_read_upright(value: int, format: str):
    turn = CAMERA[value]
    taken = scene() if turn is None else scene().transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION] = value
    assert_same_picture(read_photo(encoded(taken, format, exif=exif)), scene())


@pytest.mark.parametrize(
    ("format", "ending"),
    [
        ("PNG", ".png"),
        ("TIFF", ".tif"),
        ("BMP", ".bmp"),
        ("JPEG2000", ".jp2"),
        ("JPEG", ".jpg"),
        ("MPO", ".jpg"),
        ("WEBP", ".webp"),
        ("GIF", ".gif"),
        ("AVIF", ".avif"),
    ],
)
def test_every_format_is_read_and_named(format: str, ending: str):
    content = encoded(scene(), format)
    lossless = format in ("PNG", "TIFF", "BMP", "JPEG2000")
    assert_same_picture(read_photo(content), scene(), 0 if lossless else 40)
    assert photo_extension(content) == ending


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF", "MPO"])
def test_of_several_pictures_the_first_is_read(format: str):
    first, second = (Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE))
    content = encoded(first, format, save_all=True, append_images=[second])
    with Image.open(io.BytesIO(content)) as image:
        assert getattr(image, "n_frames", 1) == 2
    assert_same_picture(read_photo(content), first, 3)


def palette(transparent: bool) -> Image.Image:
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *BLUE])
    image.putpixel((1, 0), 1)
    if transparent:
        image.info["transparency"] = 1
    return image


@pytest.mark.parametrize(
    ("image", "format", "expected"),
    [
        (Image.new("RGBA", (1, 1), (0, 0, 0, 0)), "PNG", [(255, 255, 255)]),
        (Image.new("RGBA", (1, 1), (*RED, 128)), "PNG", [(255, 127, 127)]),
        (Image.new("RGBA", (1, 1), (*RED, 128)), "TIFF", [(255, 127, 127)]),
        (Image.new("LA", (1, 1), (0, 128)), "PNG", [(127, 127, 127)]),
        (palette(transparent=False), "PNG", [RED, BLUE]),
        (palette(transparent=True), "PNG", [RED, (255, 255, 255)]),
        (palette(transparent=True), "GIF", [RED, (255, 255, 255)]),
        (Image.new("CMYK", (1, 1), (0, 255, 255, 0)), "TIFF", [RED]),
        (Image.new("CMYK", (1, 1), (0, 255, 255, 0)), "JPEG", [RED]),
        (Image.new("1", (1, 1), 1), "PNG", [(255, 255, 255)]),
        (Image.new("1", (1, 1), 0), "TIFF", [(0, 0, 0)]),
        (Image.new("L", (1, 1), 77), "PNG", [(77, 77, 77)]),
        (Image.new("L", (1, 1), 77), "JPEG", [(77, 77, 77)]),
    ],
)
def test_every_mode_becomes_rgb(
    image: Image.Image, format: str, expected: list[tuple[int, int, int]]
):
    found = read_photo(encoded(image, format))
    assert found.mode == "RGB"
    pixels = np.asarray(found).reshape(-1, 3)
    assert np.abs(pixels.astype(int) - expected).max() <= 1


def test_a_transparent_colour_of_an_rgb_png_is_white():
    found = read_photo(encoded(Image.new("RGB", (1, 1), RED), "PNG", transparency=RED))
    assert found.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_to_eight(format: str):
    assert levels([0, 257, 0x8080, 65535], "uint16", format) == [0, 1, 128, 255]


def test_32_bits_are_scaled_by_their_range_where_16_do_not_hold_them():
    assert levels([0, 257, 65535], "int32", "TIFF") == [0, 1, 255]
    assert levels([0, 500_000, 1_000_000], "int32", "TIFF") == [0, 128, 255]
    assert levels([-100, 0, 100], "int32", "TIFF") == [0, 128, 255]


def test_floats_are_scaled_by_their_finite_range():
    assert levels([-1, 0, 1], "float32", "TIFF") == [0, 128, 255]
    assert levels([np.nan, -np.inf, 2, 4, np.inf], "float32", "TIFF") == [0, 0, 0, 255, 255]
    assert levels([3, 3], "float32", "TIFF") == [0, 0]
    assert levels([np.nan, np.nan], "float32", "TIFF") == [0, 0]


def test_a_large_jpeg_is_decoded_smaller_but_not_below_what_is_asked():
    content = encoded(scene().resize((1600, 1200)), "JPEG")
    assert read_photo(content).size == (1600, 1200)
    small = read_photo(content, at_least=300)
    assert 300 <= max(small.size) < 800
    assert_same_picture(small.resize((32, 24)), scene(), 12)


def test_the_longer_side_decides_and_the_turn_is_applied_to_a_small_decode():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    content = encoded(scene().resize((1600, 200)), "JPEG", exif=exif)
    found = read_photo(content, at_least=300)
    assert found.height == 8 * found.width
    assert found.height >= 300


WIDTH_AS_FRACTION = b"\x00\x01\x05\0\x01\0\0\0\x26\0\0\0"
TURN_RIGHT = b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
ODD_TAG = b"II*\0\x08\0\0\0\x02\0" + WIDTH_AS_FRACTION + TURN_RIGHT + bytes(4) + b"\x01\0\0\0" * 2


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("block", "size"), [(ODD_TAG, (24, 32)), (b"garbage", (32, 24))])
def test_a_damaged_exif_block_costs_no_photo(format: str, block: bytes, size: tuple[int, int]):
    content = encoded(scene(), format, exif=b"Exif\0\0" + block)
    assert read_photo(content).size == size


JPEG = encoded(scene(), "JPEG", quality=90)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not a photo that can be read"),
        (b"This is a caption, not a photo.", "is not a photo that can be read"),
        (b"%PDF-1.7 ...", "is not a photo that can be read"),
        (encoded(scene(), "EPS"), "is not a photo that can be read"),
        (JPEG[: len(JPEG) // 2], "is broken: "),
        (encoded(scene(), "PNG")[:-60], "is broken: "),
    ],
)
def test_what_is_no_photo_is_named(tmp_path: Path, content: bytes, reason: str):
    file = tmp_path / "vase.jpg"
    file.write_bytes(content)
    with pytest.raises(PhotoError) as caught:
        read_photo(file)
    assert caught.value.message.startswith("vase.jpg ")
    assert reason in caught.value.message
    assert caught.value.hint
    with pytest.raises(PhotoError, match=r"^The cup "):
        read_photo(content, name="The cup")


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(PhotoError, match=r"gone\.jpg does not exist"):
        read_photo(tmp_path / "gone.jpg")


@pytest.mark.parametrize("content", [b"", b"text", encoded(scene(), "EPS")])
def test_no_extension_fits_what_is_no_photo(content: bytes):
    with pytest.raises(PhotoError, match="not a photo"):
        photo_extension(content)


def test_too_many_pixels_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(photo, "MAX_PIXELS", 32 * 24 - 1)
    with pytest.raises(PhotoError, match="has 32 x 24 pixels"):
        read_photo(JPEG)
    monkeypatch.setattr(photo, "MAX_PIXELS", 32 * 24)
    assert read_photo(JPEG).size == (32, 24)


def test_a_photo_that_kills_its_decoder_kills_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    decoders = SandboxPool(photo.DECODER, photo.LIMITS, most=1)
    monkeypatch.setattr(photo, "DECODERS", decoders)
    assert read_photo(JPEG).size == (32, 24)
    (decoder,) = decoders.idle
    decoder.process.kill()
    decoder.process.wait()
    assert read_photo(JPEG).size == (32, 24)
    decoders.close()
    silent = tmp_path / "silent.py"
    silent.write_text("raise SystemExit")
    decoders = SandboxPool(silent, photo.LIMITS, most=1)
    monkeypatch.setattr(photo, "DECODERS", decoders)
    with pytest.raises(PhotoError, match="gave up"):
        read_photo(JPEG, "vase.jpg")
    assert decoders.idle == []


def test_a_decoder_that_says_what_cannot_be_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    liar = tmp_path / "liar.py"
    liar.write_text("def answer(question, content):\n    yield {'size': [2, 2]}, b'x' * 11\n")
    monkeypatch.setattr(photo, "DECODERS", SandboxPool(liar, photo.LIMITS, most=1))
    with pytest.raises(PhotoError, match="gave up"):
        read_photo(JPEG, "vase.jpg")
    photo.DECODERS.close()


def test_a_photo_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch):
    decoders = SandboxPool(photo.DECODER, replace(photo.LIMITS, seconds=0.5), most=1)
    monkeypatch.setattr(photo, "DECODERS", decoders)
    began = time.monotonic()
    with pytest.raises(PhotoError, match="takes too long"):
        read_photo(many_scans(10_000, 300), "vase.jpg")  # a second for every 60 scans
    assert time.monotonic() - began < 3 and decoders.idle == []
    decoders.close()


def test_the_hash_is_sha256():
    # FIPS 180-4's example.
    assert content_hash(b"abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def assert_photo_or_error(content: bytes) -> None:
    try:
        found = read_photo(content)
        found.tobytes()
    except PhotoError as error:
        assert len(error.message) < 300
    else:
        assert found.mode == "RGB"
        assert min(found.size) > 0
    with contextlib.suppress(PhotoError):
        assert photo_extension(content).startswith(".")


SIGNATURES = [
    b"",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"RIFF\x20\0\0\0WEBPVP8 ",
    b"\0\0\0\x0cjP  \r\n\x87\n",
    b"\0\0\0\x1cftypavif",
]


@given(start=st.sampled_from(SIGNATURES), rest=st.binary(max_size=200))
def test_bytes_of_any_kind_are_a_photo_or_an_error(start: bytes, rest: bytes):
    assert_photo_or_error(start + rest)


@functools.cache
def sound_files() -> list[bytes]:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = "A camera"
    grey = Image.fromarray(np.arange(768, dtype=np.uint16).reshape(24, 32))
    small = scene().resize((8, 6))
    return [
        encoded(small, "JPEG", exif=exif),
        encoded(small, "MPO", exif=exif, save_all=True, append_images=[small]),
        encoded(small, "PNG", exif=exif),
        encoded(grey, "TIFF"),
        encoded(small, "TIFF", exif=exif, compression="tiff_lzw"),
        encoded(small, "WEBP", exif=exif),
        encoded(small, "GIF"),
        encoded(small, "BMP"),
        encoded(small, "JPEG2000"),
        encoded(small, "AVIF", exif=exif),
    ]


@pytest.mark.parametrize("number", range(10))
def test_any_one_byte_may_be_damaged(number: int):
    content = sound_files()[number]
    for place in range(0, min(len(content), 400), 3):
        for value in (0, 255):
            assert_photo_or_error(content[:place] + bytes([value]) + content[place + 1 :])


@given(
    number=st.integers(0, 9),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=3)), max_size=6
    ),
    cut=st.floats(0, 1),
)
def test_damaged_files_are_a_photo_or_an_error(
    number: int, changes: list[tuple[float, bytes]], cut: float
):
    content = bytearray(sound_files()[number])
    for where, patch in changes:
        place = int(where * len(content))
        content[place : place + len(patch)] = patch
    assert_photo_or_error(bytes(content))
    assert_photo_or_error(bytes(content[: int(cut * len(content))]))
