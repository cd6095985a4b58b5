"""Guess which columns of a museum's table hold the id, the photo, the caption and the label."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from qcmfm.importers.reading.item import Columns

PHOTOS = (
    ".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".jp2", ".avif",
)  # fmt: skip
"""File extensions of photos."""

_NAMES = {
    "record_id": (
        "record_id", "id", "identifier", "dcterms:identifier", "idno", "ca_objects.idno",
        "object id", "objectid", "object_id", "object number", "accession number", "accession",
        "accession no", "inventory number", "inventory no", "inv no", "inventarnummer",
        "inventaire", "numero inventaire", "uid", "uuid", "key", "reference", "ref",
    ),
    "image": (
        "image", "photo", "image_url", "image url", "primaryimage", "primaryimagesmall",
        "image_web", "image file", "file", "filename", "file name", "media", "picture", "bild",
        "thumbnail", "image_path", "path", "iiif", "images", "photograph", "img", "foto",
    ),
    "caption": (
        "caption", "description", "dcterms:description", "dc:description", "title",
        "dcterms:title", "dc:title", "ca_objects.preferred_labels", "preferred_labels",
        "object name", "name", "text", "label text", "beschreibung", "titel", "titre", "summary",
        "object title", "notes", "bezeichnung", "alt text",
    ),
    "label": (
        "label", "category", "class", "classification", "material", "type", "dcterms:type",
        "dc:type", "object type", "dcterms:subject", "subject", "medium", "technique", "kategorie",
    ),
    "split": ("split",),
    "group": ("group", "object group", "parent id"),
}  # fmt: skip
"""Common column names of museum tables, most likely first."""


def guess_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """Guess the columns for the fields of a record.

    Known names come first, but a column whose cells contradict its name is skipped, such as an id
    column with many repeated values or a photo column without paths and addresses.

    Args:
        columns: Column names of the table.
        rows: A sample of its rows, each as long as the header.
    """
    cells = {name: [row[place].strip() for row in rows] for place, name in enumerate(columns)}
    left = list(columns)

    def take(field: str, fits, otherwise=None) -> str:
        ranked = sorted(
            (name for name in left if _rank(field, name) is not None and fits(cells[name])),
            key=lambda name: (_rank(field, name), columns.index(name)),
        )
        found = ranked[0] if ranked else otherwise() if otherwise else ""
        if found:
            left.remove(found)
        return found

    def any_id() -> str:
        return next((name for name in left if _codes(cells[name])), "")

    def any_photo() -> str:
        return next((name for name in left if _photos(cells[name], some=True)), "")

    def any_text() -> str:
        longest = max(left, key=lambda name: _words(cells[name]), default="")
        return longest if longest and _words(cells[longest]) >= 3 else ""

    record_id = take("record_id", _ids)
    image = take("image", _photos, any_photo)
    split = take("split", _repeats)
    group = take("group", lambda _: True)
    label = take("label", _repeats)
    record_id = record_id or take("record_id", _ids, any_id)
    caption = take("caption", lambda found: any(found) or not found, any_text)
    return Columns(record_id, image, (caption,) if caption else (), label, split, group)


def _rank(field: str, name: str) -> int | None:
    """Rank of a column's name among the known names of a field; None if it is not known."""
    plain = re.sub(r"[\s_.#-]+", " ", name.casefold()).strip(" :")
    known = [re.sub(r"[\s_.#-]+", " ", other) for other in _NAMES[field]]
    return known.index(plain) if plain in known else None


def _ids(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(set(filled)) >= 0.5 * len(cells)  # bad ids are reported when the rows are read


def _codes(cells: Sequence[str]) -> bool:
    """Whether all cells look like ids: unique, short and without spaces."""
    short = all(cell and len(cell) <= 40 and " " not in cell for cell in cells)
    return short and len(cells) > 2 and len(set(cells)) == len(cells)


def _photos(cells: Sequence[str], some: bool = False) -> bool:
    """Whether at least half of the filled cells look like photos; `some` requires at least one."""
    filled = [cell for cell in cells if cell]
    fitting = [cell for cell in filled if _is_photo(cell, strictly=some)]
    return len(fitting) >= 0.5 * len(filled) and (bool(fitting) or not some)


def _is_photo(cell: str, strictly: bool) -> bool:
    if cell.startswith(("http://", "https://")):
        path = urlsplit(cell.split("|")[0]).path.lower() if "[" not in cell else cell.lower()
        return path.endswith(PHOTOS) or not strictly
    return cell.lower().split("|")[0].strip().endswith(PHOTOS)


def _repeats(cells: Sequence[str]) -> bool:
    """Whether a column can hold categories: short cells with fewer distinct values than cells."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return True
    return max(map(len, filled)) <= 120 and (
        len(filled) < 10 or len(set(filled)) <= 0.6 * len(filled)
    )


def _words(cells: Sequence[str]) -> float:
    filled = [len(cell.split()) for cell in cells if cell and "://" not in cell]
    return sum(filled) / len(filled) if filled else 0.0
