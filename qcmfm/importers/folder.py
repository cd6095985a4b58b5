"""A folder or ZIP of photos, with captions from sidecar files or embedded metadata.

The caption is the first available of: a text file of the same name, an XMP file of the same name,
the description in the photo's IPTC, XMP or EXIF metadata, and the file name if it is meaningful.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import defusedxml.ElementTree as ElementTree
from defusedxml import DefusedXmlException

from qcmfm.core.errors import QcmfmError
from qcmfm.core.messages import N_
from qcmfm.encoders.photo import embedded_text
from qcmfm.importers.reading import tables
from qcmfm.importers.reading.documents import Documents
from qcmfm.importers.reading.item import Columns, Item
from qcmfm.importers.reading.source import Source, photos_below
from qcmfm.records import MAX_CELL, Problem

TITLE = N_("Folder or ZIP of photos")
_DC = "{http://purl.org/dc/elements/1.1/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_CAMERA = re.compile(
    r"(img|dsc[fn]?|dscn|p|pict|image|photo|scan|foto|bild|pxl|mvi|wp|screenshot)?[ \d]*", re.I
)


def recognises(source: Source) -> int:
    """Score for how well this importer fits the source; 0 if it does not."""
    return 1 if source.path.is_dir() else 0


def columns(source: Source) -> Columns | None:
    """None, as there are no columns to choose."""
    return None


def read(source: Source, chosen: Columns | None, documents: Documents) -> Iterator[Item | Problem]:
    """Read every photo below the folder."""
    for number, path in enumerate(photos_below(source.path), start=2):
        name = path.relative_to(source.path).as_posix()
        caption, found_in = _caption(path)
        place = path.parent.relative_to(source.path).as_posix()
        cells = {
            "file": name,
            "folder": "" if place == "." else place,
            "caption_from": found_in,
        }
        yield Item(number, name, str(path), caption, cells=cells, photo_column="file")


def _caption(path: Path) -> tuple[str, str]:
    """The caption of a photo and the place where it was found."""
    words = cache(lambda: embedded_text(path))  # the photo is only opened if it has no sidecar
    sources: tuple[tuple[str, Callable[[], str]], ...] = (
        ("text file", lambda: _text_sidecar(path)),
        ("XMP file", lambda: _xmp_sidecar(path)),
        ("IPTC", lambda: words().iptc),
        ("XMP", lambda: _described(words().xmp)),
        ("EXIF", lambda: words().exif),
        ("file name", lambda: _file_name(path)),
    )
    for found_in, read_text in sources:
        try:
            text = " ".join(read_text().replace("\0", "").split())
        except (QcmfmError, OSError):  # not a photo, which is reported when it is stored
            continue
        if text:
            return text[:MAX_CELL], found_in
    return "", ""


def _sidecar(path: Path, *endings: str) -> Path | None:
    """A file with the photo's name, with or without the photo's own extension."""
    names = [stem + ending for ending in endings for stem in (path.stem, path.name)]
    found = (path.with_name(name) for name in names)
    return next((file for file in found if file.is_file() and not file.is_symlink()), None)


def _text_sidecar(path: Path) -> str:
    file = _sidecar(path, ".txt", ".TXT", ".md")
    if file is None or file.stat().st_size > 1 << 20:
        return ""
    return file.read_text(tables.guess_encoding(file), errors="replace")


def _xmp_sidecar(path: Path) -> str:
    file = _sidecar(path, ".xmp", ".XMP")
    if file is None or file.stat().st_size > 1 << 20:
        return ""
    return _described(file.read_bytes())


def _described(packet: bytes) -> str:
    """The description of an XMP packet, else its title; may be empty."""
    try:
        root = ElementTree.fromstring(packet)
    except (ElementTree.ParseError, DefusedXmlException):
        return ""
    for term in ("description", "title"):
        for node in root.iter(f"{_DC}{term}"):
            texts = [item.text or "" for item in node.iter(f"{_RDF}li")] or [node.text or ""]
            if text := next((text for text in texts if text.strip()), ""):
                return text
        for node in root.iter(f"{_RDF}Description"):
            if text := node.get(f"{_DC}{term}", "").strip():
                return text
    return ""


def _file_name(path: Path) -> str:
    """A file name as words; empty if it looks like one that a camera assigned."""
    words = " ".join(re.sub(r"[_\-.+]+", " ", path.stem).split())
    if _CAMERA.fullmatch(words) or not re.search(r"[^\W\d_]{3}", words):
        return ""
    return words
