"""Hostile archives: names that lead elsewhere, links, bombs, lies."""

import functools
import gzip
import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Iterator

from tests.hostile.case import REFUSED, TAKEN, Case
from tests.hostile.photos import sound
from tests.hostile.words import LETTERS, MARKUP, PATHS

GOOD = "good cup.png"


def cases() -> Iterator[Case]:
    for name, path in PATHS.items():
        yield Case(f"ZIP, a file called: {name}", "photos.zip", functools.partial(_named, path))
    for name in ("html", "latex link", "right to left override", "zero width", "line separators"):
        text = {**MARKUP, **LETTERS}[name] + ".png"
        yield Case(f"ZIP, a photo called: {name}", "photos.zip", functools.partial(_named, text))
    yield from _kinds()
    yield from _swollen()
    yield from _broken()


def _zip(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content, method)
    return out.getvalue()


def _good() -> tuple[str, bytes]:
    return GOOD, sound("PNG")


def _named(path: str) -> bytes:
    """A ZIP with a member of that very name, which `zipfile` would tidy up."""
    member = zipfile.ZipInfo("placeholder")
    member.filename = path.replace("\0", "\\0") or "x"
    return _zip((member, sound("JPEG")), _good())


def _kinds() -> Iterator[Case]:
    def linked(target: str, kind: int = stat.S_IFLNK) -> bytes:
        link = zipfile.ZipInfo("link.jpg")
        link.create_system, link.external_attr = 3, (kind | 0o777) << 16
        inside = zipfile.ZipInfo("link.jpg/inside.jpg")
        return _zip((link, target.encode()), (inside, sound("JPEG")), _good())

    yield Case("ZIP, a link to /etc/passwd", "photos.zip", lambda: linked("/etc/passwd"))
    yield Case("ZIP, a link upwards, and a file in it", "photos.zip", lambda: linked("../.."))
    yield Case("ZIP, a link to itself", "photos.zip", lambda: linked("link.jpg"))
    yield Case("ZIP, a device", "photos.zip", lambda: linked("", stat.S_IFCHR))
    yield Case("ZIP, a pipe", "photos.zip", lambda: linked("", stat.S_IFIFO))

    def tar(name: str, kind: bytes, target: str) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            archive.addfile(member)
        return out.getvalue()

    yield Case("TAR with a link, called .zip", "photos.zip",
               lambda: tar("a.jpg", tarfile.SYMTYPE, "/etc/passwd"), REFUSED)  # fmt: skip
    yield Case("TAR that leads up, called .zip", "photos.zip",
               lambda: tar("../a.jpg", tarfile.REGTYPE, ""), REFUSED)  # fmt: skip
    for name, start in (("RAR", b"Rar!\x1a\x07\x01\0"), ("7z", b"7z\xbc\xaf\x27\x1c"),
                        ("gzip", gzip.compress(b"x")), ("CAB", b"MSCF")):  # fmt: skip
        yield Case(
            f"{name} called .zip", "photos.zip", lambda start=start: start + bytes(99), REFUSED
        )
    yield Case("ZIP of a table that names other files", "photos.zip", lambda: _zip(
        ("records.csv", b"record_id,image,caption\na,../../etc/passwd,x\nb,/etc/passwd,y\n"),
        _good()))  # fmt: skip
    yield Case("ZIP of a ZIP of a ZIP", "photos.zip",
               lambda: _zip(("a.zip", _zip(("b.zip", _zip(_good()))))))  # fmt: skip
    yield Case("ZIP of one name in two cases", "photos.zip",
               lambda: _zip(("A.PNG", sound("PNG")), ("a.png", sound("PNG"))), TAKEN)  # fmt: skip
    yield Case("ZIP of one name twice", "photos.zip", _twice)
    yield Case("ZIP of hidden files", "photos.zip",
               lambda: _zip((".bashrc", b"x"), ("__MACOSX/a.jpg", b"x"), _good()),
               TAKEN)  # fmt: skip
    yield Case("ZIP of a 3 MB text beside a photo", "photos.zip",
               lambda: _zip(("good cup.txt", b"x " * 1_500_000), _good()), TAKEN)  # fmt: skip
    yield Case("ZIP of XMP with entities", "photos.zip", lambda: _zip(("good cup.xmp",
               b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'), _good()),
               TAKEN)  # fmt: skip
    yield Case("ZIP of programs called .jpg", "photos.zip",
               lambda: _zip(("a.jpg", b"MZ" + bytes(99)), ("b.jpg", b"\x7fELF"),
                            _good()))  # fmt: skip


def _swollen() -> Iterator[Case]:
    zeros = bytes
    yield Case("ZIP bomb of 64 MB", "bomb.zip",
               lambda: _zip(("a.jpg", zeros(64 << 20)), _good()), REFUSED)  # fmt: skip
    yield Case("ZIP bomb of 2 GB", "bomb.zip",
               lambda: _zip(("a.jpg", zeros(2 << 30)), _good()), REFUSED, heavy=True)  # fmt: skip
    for name, method in (("bzip2", zipfile.ZIP_BZIP2), ("LZMA", zipfile.ZIP_LZMA)):
        yield Case(f"ZIP bomb of 40 MB in {name}", "bomb.zip", lambda method=method: _zip(
            ("a.jpg", zeros(40 << 20)), _good(), method=method), REFUSED)  # fmt: skip
    yield Case("ZIP of a bomb in a ZIP", "bomb.zip",
               lambda: _zip(("b.zip", _zip(("a.jpg", zeros(64 << 20)))), _good()))  # fmt: skip
    yield Case("ZIP of a photo bomb", "bomb.zip", lambda: _zip(("a.png", _big_png()), _good()))
    yield Case("ZIP of 1,000 empty files", "many.zip", lambda: _zip(
        *((f"{n}.txt", b"") for n in range(1_000)), _good(),
        method=zipfile.ZIP_STORED))  # fmt: skip
    yield Case("ZIP of 20,000 empty files", "many.zip", lambda: _zip(
        *((f"{n}.txt", b"") for n in range(20_000)), _good(), method=zipfile.ZIP_STORED),
        heavy=True)  # fmt: skip
    yield Case("ZIP of 3,000 entries of one file", "many.zip", lambda: _says_many(3_000))
    yield Case("ZIP of 60,000 entries of one file", "many.zip", lambda: _says_many(60_000),
               heavy=True)  # fmt: skip
    yield Case("ZIP of files that lie over each other", "bomb.zip", _overlapping)
    yield Case("ZIP whose file is larger than it says", "liar.zip",
               lambda: _patched(24, struct.pack("<I", 10)))  # fmt: skip
    yield Case("ZIP whose file is smaller than it says", "liar.zip",
               lambda: _patched(24, struct.pack("<I", 4_000_000)))  # fmt: skip
    yield Case("ZIP whose file says 4 GB", "liar.zip",
               lambda: _patched(24, struct.pack("<I", 2**32 - 2)), REFUSED)  # fmt: skip


def _broken() -> Iterator[Case]:
    good = _zip(_good())
    yield Case("ZIP of nothing", "empty.zip", lambda: _zip(), REFUSED)
    yield Case(
        "ZIP of folders alone", "empty.zip", lambda: _zip(("a/", b""), ("a/b/", b"")), REFUSED
    )
    yield Case("ZIP cut in half", "cut.zip", lambda: good[: len(good) // 2], REFUSED)
    yield Case("ZIP without its start", "cut.zip", lambda: good[20:])
    yield Case("ZIP behind a program", "both.zip", lambda: b"MZ" + bytes(999) + good)
    yield Case("ZIP with a wrong checksum", "crc.zip", lambda: _patched(16, b"abcd"))
    yield Case("ZIP with a password", "locked.zip", lambda: _patched(8, b"\x01\0"))
    yield Case("ZIP of an unknown method", "odd.zip", lambda: _patched(10, struct.pack("<H", 99)))
    yield Case("ZIP of noise", "noise.zip", lambda: b"PK\x03\x04" + bytes(range(256)) * 40, REFUSED)
    yield Case("ZIP whose directory lies outside", "odd.zip",
               lambda: good[:-6] + b"\xff\xff\xff\x7f\0\0", REFUSED)  # fmt: skip
    yield Case("ZIP whose names are no UTF-8", "odd.zip", lambda: _zip(_good()).replace(
        b"good cup", b"\xff\xfe\xfd cup"))  # fmt: skip


def _patched(place: int, value: bytes) -> bytes:
    """A ZIP whose directory tells something else of its first file than is so."""
    content = bytearray(_zip(("a.jpg", sound("JPEG")), _good()))
    start = content.index(b"PK\x01\x02")
    content[start + place : start + place + len(value)] = value
    return bytes(content)


def _twice() -> bytes:
    content = _zip(("a.png", sound("PNG")), ("b.png", sound("PNG", 64)))
    return content.replace(b"b.png", b"a.png")


def _says_many(count: int) -> bytes:
    content = bytearray(_zip(_good()))
    end = content.index(b"PK\x05\x06")
    entry = bytes(content[content.index(b"PK\x01\x02") : end])
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count,
                       content.index(b"PK\x01\x02"), 0)  # fmt: skip
    return bytes(content[: content.index(b"PK\x01\x02")]) + entry * count + tail


def _overlapping() -> bytes:
    """Every entry of the directory points at the same packed megabytes (Fifield 2019)."""
    one = _zip(("0000.jpg", bytes(15 << 20)))
    start, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    entries = b"".join(one[start:end].replace(b"0000", b"%04d" % n) for n in range(2_000))
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2_000, 2_000, len(entries), start, 0)
    return one[:start] + entries + tail


def _big_png() -> bytes:
    from tests.hostile.photos import png

    return png(30_000, 30_000, rows=300)
