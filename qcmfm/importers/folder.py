"""A folder, or a ZIP, of photos; captions from side-car files or from the photos themselves.

A caption is the first that is found of: a text file of the same name, an XMP file of the same name,
the description in the photo's IPTC, XMP or EXIF block, and its file name where that says anything.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import defusedxml.ElementTree as ElementTree
from defusedxml import DefusedXmlException

from qcmfm.core.errors import QcmfmError
from qcmfm.core.messages import N_
from qcmfm.encoders.photo import photo_words
from qcmfm.importers import _tables
from qcmfm.importers._documents import Documents
from qcmfm.importers._item import Columns, Item
from qcmfm.importers._source import Source, photos_below
from qcmfm.records import MAX_CELL, Problem

TITLE = N_("Folder or ZIP of photos")
_DC = "{http://purl.org/dc/elements/1.1/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_CAMERA = re.compile(
    r"(img|dsc[fn]?|dscn|p|pict|image|photo|scan|foto|bild|pxl|mvi|wp|screenshot)?[ \d]*", re.I
)


def recognises(source: Source) -> int:
    """How surely the source is of this kind; 0 where it is not."""
    return 1 if source.path.is_dir() else 0


def columns(source: Source) -> Columns | None:
    """None: there is nothing to choose."""
    return None


def read(source: Source, chosen: Columns | None, documents: Documents) -> Iterator[Item | Problem]:
    """Every photo in the folder and in those below it."""
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
    """The caption of a photo, and where it was found."""
    words = cache(lambda: photo_words(path))  # the file is opened where nothing lies beside it
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("text file", lambda: _text_sidecar(path)),
        ("XMP file", lambda: _xmp_sidecar(path)),
        ("IPTC", lambda: words().iptc),
        ("XMP", lambda: _described(words().xmp)),
        ("EXIF", lambda: words().exif),
        ("file name", lambda: _file_name(path)),
    )
    for found_in, look in looks:
        try:
            said = " ".join(look().replace("\0", "").split())
        except (QcmfmError, OSError):  # no photo at all, which is told when it is placed
            continue
        if said:
            return said[:MAX_CELL], found_in
    return "", ""


def _sidecar(path: Path, *endings: str) -> Path | None:
    """A file with the name of the photo, with or without the photo's own ending."""
    names = [stem + ending for ending in endings for stem in (path.stem, path.name)]
    found = (path.with_name(name) for name in names)
    return next((file for file in found if file.is_file() and not file.is_symlink()), None)


def _text_sidecar(path: Path) -> str:
    file = _sidecar(path, ".txt", ".TXT", ".md")
    if file is None or file.stat().st_size > 1 << 20:
        return ""
    return file.read_text(_tables.guess_encoding(file), errors="replace")


def _xmp_sidecar(path: Path) -> str:
    file = _sidecar(path, ".xmp", ".XMP")
    if file is None or file.stat().st_size > 1 << 20:
        return ""
    return _described(file.read_bytes())


def _described(packet: bytes) -> str:
    """The description, else the title, of an XMP packet."""
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
    """A file's name as words; empty where a camera made it up."""
    words = " ".join(re.sub(r"[_\-.+]+", " ", path.stem).split())
    if _CAMERA.fullmatch(words) or not re.search(r"[^\W\d_]{3}", words):
        return ""
    return words
