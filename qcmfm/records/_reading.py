"""Read the rows of a records file and report the errors in them."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path

from qcmfm.core.errors import RecordsError
from qcmfm.core.messages import msg
from qcmfm.records._records import FIELDS, Collection, Problem, Row
from qcmfm.records._row import read_row, readable
from qcmfm.records.csv_rows import Broken, csv_rows

MAX_CELL = 16 * 1024 * 1024
"""Largest number of characters in one cell."""


def read_collection(
    file: Path, caption_column: str = "caption", label_column: str = "label"
) -> Collection:
    """Read a records file in UTF-8 (with or without BOM) or UTF-16.

    Args:
        file: The file, delimited by comma, semicolon or tab, or a folder with a `records.csv`.
        caption_column: Column with the caption.
        label_column: Column with the label.

    Raises:
        RecordsError: The file is missing, empty or not a table with a `record_id` column, or a
            requested column does not exist.
    """
    collection, rows = open_rows(file, caption_column, label_column)
    collection.rows = list(rows)
    return collection


def open_rows(
    file: Path,
    caption_column: str = "caption",
    label_column: str = "label",
    seen: MutableMapping[str, int] | None = None,
) -> tuple[Collection, Iterator[Row]]:
    """Stream the rows of a records file, for files that do not fit into memory.

    The errors in a row are in the collection's `problems` once the row has been yielded.

    Args:
        file: The file, or a folder with a `records.csv`, as for `read_collection`.
        caption_column: Column with the caption.
        label_column: Column with the label.
        seen: Mapping that collects the row number of each id; by default a dictionary in memory.
    """
    file = records_file(file)
    encoding, delimiter = _dialect(file)
    reader = _cells(file, encoding, delimiter)
    header = _header(file, next(reader, []))
    _check_header(file, header, caption_column, label_column)
    collection = Collection(
        file.resolve().parent, tuple(header), encoding=encoding, delimiter=delimiter
    )
    columns = {name: name for name in FIELDS} | {"caption": caption_column, "label": label_column}
    as_written = {name.strip(): name for name in reversed(header)}
    names = {field: as_written.get(name, name) for field, name in columns.items()}
    return collection, _rows(collection, reader, names, {} if seen is None else seen)


def _rows(
    collection: Collection,
    reader: Iterator[list[str] | Broken],
    names: Mapping[str, str],
    seen: MutableMapping[str, int],
) -> Iterator[Row]:
    for number, cells in enumerate(reader, start=2):
        if isinstance(cells, Broken):
            collection.problems.append(Problem(number, "", cells.reason, refused=True))
            yield Row(number, "", None)
        elif cells:
            yield read_row(collection, number, cells, names, seen)


def records_file(path: Path) -> Path:
    """The records file that `path` names: the file itself, or the `records.csv` of a folder.

    Raises:
        RecordsError: There is no such file.
    """
    file = path / "records.csv" if path.is_dir() else path
    if not file.is_file():
        raise RecordsError(
            msg("There is no records file at {file}.", file=file), "Give the path of a CSV file."
        )
    return file


def read_columns(path: Path) -> list[str]:
    """The column names of a records file.

    Raises:
        RecordsError: The file does not exist or is not a table.
    """
    file = records_file(path)
    return _header(file, next(_cells(file, *_dialect(file)), []))


def _dialect(file: Path) -> tuple[str, str]:
    """Encoding and delimiter of a table."""
    with file.open("rb") as handle:
        start = handle.read(4)
    utf16 = start[:2] in (b"\xff\xfe", b"\xfe\xff")
    marked = start[:3] == b"\xef\xbb\xbf"
    encoding = "utf-16" if utf16 else "utf-8-sig" if marked else "utf-8"
    with file.open(encoding=encoding, errors="replace", newline="") as handle:
        return encoding, max(",;\t", key=handle.readline(MAX_CELL).count)


def _cells(file: Path, encoding: str, delimiter: str) -> Iterator[list[str] | Broken]:
    """The rows of a delimited file; an unreadable row is a `Broken`."""
    # Invalid UTF-16 cannot be escaped as surrogates, as its bytes may be below 128.
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    csv.field_size_limit(MAX_CELL)
    with file.open(encoding=encoding, errors=errors, newline="") as handle:
        yield from csv_rows(handle, delimiter)


def _header(file: Path, cells: list[str] | Broken) -> list[str]:
    """The column names in the first row of a table."""
    if isinstance(cells, Broken):
        raise RecordsError(
            msg("The header of {name} {reason}.", name=file.name, reason=cells.reason),
            "Mend row 1.",
        )
    if any("\0" in name for name in cells):
        raise RecordsError(
            msg("{name} is no text table.", name=file.name), "Give a CSV file with a header row."
        )
    return [readable(name) for name in cells]


def _check_header(file: Path, header: list[str], caption_column: str, label_column: str) -> None:
    if not header:
        raise RecordsError(
            msg("{name} is empty.", name=file.name), "Give a CSV file with a header row."
        )
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if repeated:
        raise RecordsError(
            msg(
                "{name} has more than one column called {repeated!r}.",
                name=file.name,
                repeated=repeated[0],
            ),
            "Give each column a name of its own.",
        )
    defaults = {"caption", "label"}
    for name in ("record_id", caption_column, label_column):
        if name not in (written.strip() for written in header) and name not in defaults:
            found = ", ".join(header[:20])
            raise RecordsError(
                msg("{name} has no column {column!r}.", name=file.name, column=name),
                msg("Its columns are: {found}.", found=found[:500]),
            )
