"""Read tables as museums supply them: CSV and TSV in any encoding, and spreadsheets."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import charset_normalizer

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg
from qcmfm.importers.reading.sheets import HINT, sheet_rows
from qcmfm.records import MAX_CELL
from qcmfm.records.csv_rows import Broken, csv_rows

DELIMITERS = ",;\t|"
SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
SUFFIXES = (".csv", ".tsv", ".txt", ".tab", *SHEETS)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LIKELY = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "mac_roman",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
_SAMPLE = 200_000


@dataclass(frozen=True)
class Table:
    """A table in a file.

    Args:
        path: Path of the file.
        header: Cells of the header row, unchanged.
        columns: Column names: the header with empty names filled in and repeated ones numbered.
        header_row: Number of the header row, as in a spreadsheet.
        encoding: Encoding of a text table; empty for a spreadsheet.
        delimiter: Delimiter of a text table; empty for a spreadsheet.
    """

    path: Path
    header: tuple[str, ...]
    columns: tuple[str, ...]
    header_row: int = 1
    encoding: str = ""
    delimiter: str = ""

    def rows(self) -> Iterator[tuple[int, "list[str] | Broken"]]:
        """Row number and cells of every non-empty row after the header.

        An unreadable row is a `Broken`; a row of a spreadsheet is padded to the header's length.
        """
        for number, cells in self.raw():
            if number > self.header_row and (isinstance(cells, Broken) or any(cells)):
                yield number, cells if isinstance(cells, Broken) else self._fitted(cells)

    def raw(self) -> Iterator[tuple[int, "list[str] | Broken"]]:
        """Row number and cells of every row unchanged, including the header and empty rows."""
        if self.delimiter:
            return _text_rows(self.path, self.encoding, self.delimiter)
        return sheet_rows(self.path)

    def _fitted(self, cells: list[str]) -> "list[str] | Broken":
        """The cells of a row fitted to the number of columns; `Broken` if that is impossible."""
        width = len(self.columns)
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        if len(cells) < width and not self.delimiter:
            cells = cells + [""] * (width - len(cells))
        if len(cells) != width:
            reason = f"{len(cells)} cells where the header has {width}"
            return Broken(reason, self.delimiter.join(cells))
        return cells


def read_table(path: Path, encoding: str = "", delimiter: str = "") -> Table:
    """Detect header, encoding and delimiter of a table.

    Args:
        path: A text table or a spreadsheet.
        encoding: Encoding of a text table; guessed if empty.
        delimiter: Delimiter of a text table; guessed if empty.

    Raises:
        ImportingError: The file is not a table.
    """
    if _is_sheet(path):
        rows = sheet_rows(path)
    else:
        try:
            encoding = codecs.lookup(encoding).name if encoding else guess_encoding(path)
        except LookupError:
            raise ImportingError(
                msg("There is no encoding {encoding!r}.", encoding=encoding), "Try utf-8."
            ) from None
        delimiter = delimiter or guess_delimiter(_sample(path, encoding))
        rows = _text_rows(path, encoding, delimiter)
    for number, cells in rows:
        if isinstance(cells, Broken):
            raise ImportingError(
                msg(
                    "Row {number} of {name} {reason}.",
                    number=number,
                    name=path.name,
                    reason=cells.reason,
                ),
                HINT,
            )
        if any(cell.strip() for cell in cells):
            if any("\0" in cell for cell in cells):
                raise ImportingError(msg("{name} is no text table.", name=path.name), HINT)
            columns = _unique([" ".join(cell.split()) for cell in cells])
            return Table(path, tuple(cells), columns, number, encoding, delimiter)
    raise ImportingError(msg("{name} is empty.", name=path.name), HINT)


def guess_encoding(path: Path) -> str:
    """Encoding of a text file: by its byte order mark, UTF-8 if valid, else the most likely."""
    with path.open("rb") as handle:
        start = handle.read(4)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
        handle.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := handle.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
            return "utf-8"
        except UnicodeDecodeError:
            handle.seek(0)
            return _likeliest(_telling(handle))


def _likeliest(sample: bytes) -> str:
    """The most likely legacy encoding; Windows-1252 unless there is evidence for another.

    Args:
        sample: Lines with non-ASCII characters.
    """
    found = charset_normalizer.from_bytes(sample, cp_isolation=_LIKELY)
    best = found.best()
    few = sum(byte > 127 for byte in sample) < 20
    as_good = {
        name
        for match in found
        if best and (match.chaos, -match.coherence) <= (best.chaos, -best.coherence)
        for name in (match.encoding, *match.could_be_from_charset)
    }
    if best is None or few or "cp1252" in as_good:
        return "cp1252"
    return best.encoding


def guess_delimiter(text: str) -> str:
    """The delimiter for which most rows have as many cells as the first; by default a comma.

    Args:
        text: First lines of a table.
    """
    best, found = (0.0, 0), ","
    for delimiter in DELIMITERS:
        rows: list[int] = []
        try:
            for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                rows += [len(cells)] if any(cells) else []
        except csv.Error:
            continue
        if not rows or rows[0] < 2:
            continue
        score = (round(sum(width == rows[0] for width in rows) / len(rows), 1), rows[0])
        if score > best:
            best, found = score, delimiter
    return found


def _sample(path: Path, encoding: str) -> str:
    """The first lines of a text file."""
    with path.open(encoding=encoding, errors="replace", newline="") as handle:
        text = handle.read(_SAMPLE)
    return text if len(text) < _SAMPLE else text[: text.rfind("\n") + 1] or text


def _telling(handle: IO[bytes]) -> bytes:
    """Lines with non-ASCII characters, which reveal the encoding; at most about 20 kB."""
    found = bytearray()
    for line in handle:
        if not line.isascii():
            found += line[:2000]
        if len(found) > 20_000:
            break
    return bytes(found)


def _text_rows(
    path: Path, encoding: str, delimiter: str
) -> Iterator[tuple[int, list[str] | Broken]]:
    """Stream the rows of a text table with their numbers; an unreadable row is a `Broken`."""
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding=encoding, errors="replace", newline="") as handle:
        yield from enumerate(csv_rows(handle, delimiter), start=1)


def _is_sheet(path: Path) -> bool:
    with path.open("rb") as handle:
        start = handle.read(8)
    return path.suffix.lower() in SHEETS or start[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _unique(names: list[str]) -> tuple[str, ...]:
    """Column names with empty ones filled in and repeated ones numbered."""
    filled = [name or f"column {number}" for number, name in enumerate(names, start=1)]
    taken, seen = set(filled), Counter[str]()
    unique: list[str] = []
    for name in filled:
        seen[name] += 1
        given = name
        while seen[name] > 1 and given in taken:
            given = f"{name} ({seen[name]})"
            if given in taken:
                seen[name] += 1
        taken.add(given)
        unique.append(given)
    return tuple(unique)
