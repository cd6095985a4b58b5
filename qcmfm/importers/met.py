"""The open-access table of the Metropolitan Museum; its object API has the photos' addresses.

https://github.com/metmuseum/openaccess and https://metmuseum.github.io. The API allows 80 requests
per second; far fewer are made. Objects that are not in the public domain have no photo there.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from qcmfm.core import settings
from qcmfm.core.messages import N_
from qcmfm.importers import csv_table
from qcmfm.importers.reading.documents import Documents
from qcmfm.importers.reading.item import Columns, Item
from qcmfm.importers.reading.source import Source
from qcmfm.records import Problem

TITLE = N_("The Met, open access (CSV)")
API = "https://collectionapi.metmuseum.org/public/collection/v1/objects/"
PLACE = "QCMFM_MET_API"
"""Environment variable that replaces the address of the object API."""
_TELLING = {"Object ID", "Is Public Domain", "Link Resource"}
_CAPTION = ("Title", "Object Name", "Culture", "Period", "Object Date")


def recognises(source: Source) -> int:
    """Score for how well this importer fits the source; 0 if it does not."""
    is_table = csv_table.recognises(source)
    return 2 if is_table and set(source.table.columns) >= _TELLING else 0


def columns(source: Source) -> Columns | None:
    """The Met's columns. The caption omits the medium, because it would leak the label."""
    there = set(source.table.columns)
    label = "Classification" if "Classification" in there else ""
    caption = tuple(name for name in _CAPTION if name in there)
    return Columns("Object ID", "", caption, label)


def read(source: Source, chosen: Columns | None, documents: Documents) -> Iterator[Item | Problem]:
    """Read every row of the table, with the address of the object in the object API.

    Raises:
        ImportingError: A chosen column does not exist.
    """
    api = settings.value(PLACE) or API
    for item in csv_table.read(source, chosen or columns(source), documents):
        if isinstance(item, Problem):
            yield item
            continue
        number = item.cells.get("Object ID", "").strip()
        if item.photo or item.problem:
            yield item
        elif item.cells.get("Is Public Domain", "").strip().lower() == "false":
            yield csv_table.without_photo(item, "is not in the public domain: no photo")
        elif number.isascii() and number.isdigit():
            yield replace(item, lookup=f"{api}{number}", photo_column="Object ID")
        else:
            yield csv_table.without_photo(item, f"{number[:50]!r} is no number of an object")


def complete(item: Item, document: Path) -> Item:
    """A copy of the item with the photo's address from the object API.

    Args:
        item: An item from `read`.
        document: The document at its `lookup`.
    """
    try:
        about = json.loads(document.read_text("utf-8"))
        photo = about.get("primaryImageSmall") or about.get("primaryImage") or ""
    except (ValueError, AttributeError):
        return csv_table.without_photo(item, "the museum's answer cannot be read")
    if not isinstance(photo, str) or not photo:
        return csv_table.without_photo(item, "the museum gives no photo of it")
    return replace(item, photo=photo, lookup="")
