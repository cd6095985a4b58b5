"""Any table (CSV, TSV or spreadsheet) with the columns that the user chose or that were guessed."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import N_, msg
from qcmfm.importers.reading.columns import guess_columns
from qcmfm.importers.reading.documents import Documents
from qcmfm.importers.reading.item import Columns, Item
from qcmfm.importers.reading.source import Source
from qcmfm.records import Problem
from qcmfm.records.csv_rows import Broken

TITLE = N_("Table (CSV, TSV, Excel)")
_SAMPLE = 500


def recognises(source: Source) -> int:
    """Score for how well this importer fits the source; 0 if it does not."""
    if not source.path.is_file() or source.start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in b"{[<":
        return 0
    try:
        return 1 if source.table.columns else 0
    except ImportingError:
        return 0


def columns(source: Source) -> Columns | None:
    """Guess the columns for the fields of a record."""
    rows = islice((row for _, row in source.table.rows() if isinstance(row, list)), _SAMPLE)
    return guess_columns(source.table.columns, list(rows))


def read(source: Source, chosen: Columns | None, documents: Documents) -> Iterator[Item | Problem]:
    """Read every row of the table.

    Raises:
        ImportingError: A chosen column does not exist.
    """
    table, used = source.table, chosen or columns(source) or Columns()
    for name in used.named():
        if name not in table.columns:
            found = ", ".join(table.columns[:20])
            raise ImportingError(
                msg("{name} has no column {column!r}.", name=source.name, column=name),
                msg("Its columns are: {found}.", found=found[:500]),
            )
    for number, row in table.rows():
        if isinstance(row, Broken):
            yield Problem(number, "", row.reason, refused=True)
            continue
        cells = dict(zip(table.columns, row, strict=True))
        yield from _notes(number, cells, used)
        photo, problem = source.photo(first(cells.get(used.image, "")))
        yield Item(
            number,
            cells.get(used.record_id, "").strip(),
            photo,
            caption(cells, used),
            first(cells.get(used.label, "")),
            cells.get(used.split, "").strip(),
            cells.get(used.group, "").strip(),
            cells,
            photo_column=used.image,
            problem=problem,
        )


def caption(cells: dict[str, str], used: Columns) -> str:
    """Build the caption from its columns, as sentences without repetitions."""
    return sentences([", ".join(values(cells.get(name, ""))) for name in used.caption])


def sentences(parts: list[str]) -> str:
    """Join texts into sentences: without empty and repeated ones, with full stops between."""
    texts = [part.strip() for part in dict.fromkeys(parts) if part.strip()]
    return " ".join(
        text if text[-1] in ".!?" or text is texts[-1] else f"{text}." for text in texts
    )


def values(cell: str) -> list[str]:
    """The values of a cell that may hold several, separated by vertical bars."""
    return [value for part in cell.split("|") if (value := " ".join(part.split()))]


def first(cell: str) -> str:
    """The first value of a cell that may hold several; empty if there is none."""
    return next(iter(values(cell)), "")


def without_photo(item: Item, reason: str) -> Item:
    """A copy of the item without a photo and with the reason for that."""
    return replace(item, photo="", lookup="", problem=reason)


def _notes(number: int, cells: dict[str, str], used: Columns) -> Iterator[Problem]:
    """Problems of a row that is imported nevertheless."""
    record_id = cells.get(used.record_id, "").strip()
    several = values(cells.get(used.label, ""))
    if len(several) > 1:
        reason = "holds several values; the first was taken"
        yield Problem(number, used.label, reason, record_id)
    for name, cell in cells.items():
        if "\ufffd" in cell:
            reason = "holds letters that could not be read; they were replaced"
            yield Problem(number, name, reason, record_id, altered=True)
