"""The open-access table of the Cleveland Museum of Art, which contains the photos' addresses.

https://github.com/ClevelandMuseumArt/openaccess. Objects that are not CC0 have no photo there.
"""

from collections.abc import Iterator

from qcmfm.core.messages import N_
from qcmfm.importers import csv_table
from qcmfm.importers.reading.documents import Documents
from qcmfm.importers.reading.item import Columns, Item
from qcmfm.importers.reading.source import Source
from qcmfm.records import Problem

TITLE = N_("Cleveland Museum of Art, open access (CSV)")
_TELLING = {"accession_number", "share_license_status", "image_web"}
_CAPTION = ("title", "culture", "creation_date")


def recognises(source: Source) -> int:
    """Score for how well this importer fits the source; 0 if it does not."""
    is_table = csv_table.recognises(source)
    return 2 if is_table and set(source.table.columns) >= _TELLING else 0


def columns(source: Source) -> Columns | None:
    """Cleveland's columns. The caption omits the technique, because it would leak the label."""
    there = set(source.table.columns)
    label = "type" if "type" in there else ""
    caption = tuple(name for name in _CAPTION if name in there)
    return Columns("id" if "id" in there else "accession_number", "image_web", caption, label)


def read(source: Source, chosen: Columns | None, documents: Documents) -> Iterator[Item | Problem]:
    """Read every row of the table.

    Raises:
        ImportingError: A chosen column does not exist.
    """
    for item in csv_table.read(source, chosen or columns(source), documents):
        if isinstance(item, Item) and not item.photo and not item.problem:
            status = item.cells.get("share_license_status", "").strip()
            reason = f"the museum gives no photo of it (licence: {status or 'none'})"
            yield csv_table.without_photo(item, reason)
        else:
            yield item
