"""Museum records: a photo and a caption each, in a folder with a `records.csv`.

Reading is strict about ids and tolerant about everything else: what is wrong with a row is reported
as a `Problem`, and the other rows go on.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from qcmfm import settings
from qcmfm.csv_rows import Broken, csv_rows
from qcmfm.errors import RecordsError
from qcmfm.storage import atomic_file

FIELDS = ("record_id", "image", "caption", "label", "split", "group")
SPLITS = ("train", "val", "test", "holdout")
MAX_CELL = 16 * 1024 * 1024
"""Characters that one cell may hold."""
_NAME = re.compile(r"[^\W_][\w -]{0,59}")


@dataclass(frozen=True)
class Record:
    """One museum object's photo and caption, either of which may be missing.

    Args:
        record_id: Unique within its collection.
        image: Path of the photo inside the collection's folder; empty when there is none.
        caption: What the catalogue says; empty when it says nothing.
        label: The recorded category; empty when there is none.
        split: One of `SPLITS`, or empty.
        group: Records of one object share a group; a record without one is its own group.
        cells: Every column of the source as it was.
    """

    record_id: str
    image: str = ""
    caption: str = ""
    label: str = ""
    split: str = ""
    group: str = ""
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)

    def changed(self, **values: str) -> "Record":
        """The record with other values, in the source's columns of the same names as well."""
        return replace(self, **values, cells={**self.cells, **values})

    @property
    def group_key(self) -> str:
        """The group, or one made of the record alone."""
        return f"group:{self.group}" if self.group else f"record:{self.record_id}"


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell of the source.

    Args:
        row: Row as a spreadsheet counts it: the header is row 1.
        column: Column name; empty where the whole row is meant.
        reason: One sentence.
        record_id: The record's id, as far as it has one.
        refused: Whether the record was left out; otherwise it goes on without that cell.
        altered: Whether the cell could only be kept changed.
    """

    row: int
    column: str
    reason: str
    record_id: str = ""
    refused: bool = False
    altered: bool = False

    def __str__(self) -> str:
        """One line for a person."""
        where = f"row {self.row}" + (f", column {self.column}" if self.column else "")
        return f"{where}: {self.reason}"


@dataclass(frozen=True)
class Row:
    """One row of the source: the record it became, or None where it was refused."""

    number: int
    record_id: str
    record: Record | None


@dataclass
class Collection:
    """Records and the folder that their image paths start from.

    Args:
        folder: Image paths are relative to it, and never leave it.
        columns: Column names in the order of the source.
        rows: Every row of the source, in order, refused ones too.
        problems: What was found wrong, in the order of the rows.
        encoding: Of the source.
        delimiter: Of the source.
    """

    folder: Path
    columns: tuple[str, ...] = FIELDS
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    encoding: str = "utf-8"
    delimiter: str = ","

    @classmethod
    def from_records(cls, folder: Path, records: Sequence[Record]) -> "Collection":
        """A collection of records made by the program."""
        rows = [Row(number, r.record_id, r) for number, r in enumerate(records, start=2)]
        extra = [name for r in records for name in r.cells if name not in FIELDS]
        return cls(folder, (*FIELDS, *dict.fromkeys(extra)), rows)

    @property
    def records(self) -> list[Record]:
        """The records that were not refused."""
        return [row.record for row in self.rows if row.record is not None]

    def image_path(self, record: Record) -> Path | None:
        """Where the record's photo lies, or None where it has none."""
        return self.folder / record.image if record.image else None


def read_collection(
    file: Path, caption_column: str = "caption", label_column: str = "label"
) -> Collection:
    """Read a records file: UTF-8 (BOM or not) or UTF-16, comma, semicolon or tab.

    Args:
        file: The CSV, or a folder that holds a `records.csv`.
        caption_column: Column to take the caption from.
        label_column: Column to take the label from.

    Raises:
        RecordsError: The file is missing, empty or no table with a `record_id` column, or a
            column that was asked for is not there.
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
    """As `read_collection`, for a file that is larger than memory: its rows come one by one.

    What is wrong with a row is in the collection's `problems` once the row has come.

    Args:
        file: The CSV, or a folder that holds a `records.csv`.
        caption_column: Column to take the caption from.
        label_column: Column to take the label from.
        seen: Where to keep the row of every id; by default in memory.
    """
    file = records_file(file)
    encoding, delimiter = _dialect(file)
    reader = _cells(file, encoding, delimiter)
    header = _header(file, next(reader, []))
    _check_header(file, header, caption_column, label_column)
    collection = Collection(
        file.resolve().parent, tuple(header), encoding=encoding, delimiter=delimiter
    )
    wanted = {name: name for name in FIELDS} | {"caption": caption_column, "label": label_column}
    as_written = {name.strip(): name for name in reversed(header)}
    names = {field: as_written.get(name, name) for field, name in wanted.items()}
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
            yield _row(collection, number, cells, names, seen)


def named_folder(name: str) -> Path:
    """Where the user's own collection of a name lies, or will lie.

    Raises:
        RecordsError: The name cannot be a folder's, or is that of a built-in collection.
    """
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise RecordsError(
            f"A collection cannot be called {name[:80]!r}.",
            "Use up to 60 letters, digits, spaces, hyphens and underscores.",
        )
    folder = settings.collections_folder() / name
    if not folder.exists() and (settings.SHIPPED_COLLECTIONS / name).exists():
        raise RecordsError(
            f"{name} is a collection that came with the program.", "Choose another name."
        )
    return folder


def records_file(path: Path) -> Path:
    """The records file that `path` names: itself, or the `records.csv` in it.

    Raises:
        RecordsError: There is none.
    """
    file = path / "records.csv" if path.is_dir() else path
    if not file.is_file():
        raise RecordsError(f"There is no records file at {file}.", "Give the path of a CSV file.")
    return file


def read_columns(path: Path) -> list[str]:
    """The column names of a records file.

    Raises:
        RecordsError: There is no such file, or it is no table.
    """
    file = records_file(path)
    return _header(file, next(_cells(file, *_dialect(file)), []))


def write_collection(collection: Collection, file: Path) -> None:
    """Write the records as CSV, whole or not at all; the source's own columns are kept."""
    with (
        atomic_file(file) as temporary,
        temporary.open("w", encoding=collection.encoding, newline="") as handle,
    ):
        writer = csv.DictWriter(
            handle, collection.columns, extrasaction="ignore", delimiter=collection.delimiter
        )
        writer.writeheader()
        for record in collection.records:
            ours = {name: getattr(record, name) for name in FIELDS}
            writer.writerow({**ours, **record.cells})


def label_counts(records: Sequence[Record]) -> dict[str, int]:
    """Number of records of each label, most frequent first, unlabelled ones left out."""
    return dict(Counter(r.label for r in records if r.label).most_common())


def crossing_groups(records: Sequence[Record]) -> list[str]:
    """Groups whose labelled records stand in more than one split."""
    splits: dict[str, set[str]] = {}
    for record in records:
        if record.group and record.split and record.label:
            splits.setdefault(record.group, set()).add(record.split)
    return sorted(group for group, found in splits.items() if len(found) > 1)


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
    """The rows of a delimited file; in place of a broken one, what is wrong with it."""
    # No UTF-16 error can be escaped as surrogates: its bytes may be below 128.
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    csv.field_size_limit(MAX_CELL)
    with file.open(encoding=encoding, errors=errors, newline="") as handle:
        yield from csv_rows(handle, delimiter)


def _header(file: Path, cells: list[str] | Broken) -> list[str]:
    """The column names in the first row of a table."""
    if isinstance(cells, Broken):
        raise RecordsError(f"The header of {file.name} {cells.reason}.", "Mend row 1.")
    if any("\0" in name for name in cells):
        raise RecordsError(f"{file.name} is no text table.", "Give a CSV file with a header row.")
    return [_readable(name) for name in cells]


def _check_header(file: Path, header: list[str], caption_column: str, label_column: str) -> None:
    if not header:
        raise RecordsError(f"{file.name} is empty.", "Give a CSV file with a header row.")
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if repeated:
        raise RecordsError(
            f"{file.name} has more than one column called {repeated[0]!r}.",
            "Give each column a name of its own.",
        )
    defaults = {"caption", "label"}
    for name in ("record_id", caption_column, label_column):
        if name not in (written.strip() for written in header) and name not in defaults:
            found = ", ".join(header[:20])
            raise RecordsError(
                f"{file.name} has no column {name!r}.", f"Its columns are: {found[:500]}."
            )


def _row(
    collection: Collection,
    number: int,
    cells: list[str],
    names: Mapping[str, str],
    seen: MutableMapping[str, int],
) -> Row:
    """One row of the source as a `Row`; what is wrong with it goes to `collection.problems`."""
    header = collection.columns
    values = dict(zip(header, cells, strict=False))
    record_id = _readable(values.get(names["record_id"], "")).strip()

    found = collection.problems
    if len(cells) != len(header):
        reason = f"{len(cells)} cells where the header has {len(header)}"
        found.append(Problem(number, "", reason, record_id, refused=True))
        return Row(number, record_id, None)
    for name, value in values.items():
        if _readable(value) != value:
            values[name] = _readable(value)
            reason = "holds bytes that are not UTF-8; they were replaced"
            found.append(Problem(number, name, reason, record_id, altered=True))
    reason = "" if record_id else "the id is empty"
    if record_id in seen:
        reason = f"the id {record_id!r} stands in row {seen[record_id]} already"
    if reason:
        found.append(Problem(number, "record_id", reason, record_id, refused=True))
        return Row(number, record_id, None)
    seen[record_id] = number
    taken = {name: values.get(names[name], "").strip() for name in FIELDS}
    taken |= {"record_id": record_id, "split": taken["split"].lower()}
    if taken["split"] not in ("", *SPLITS):
        reason = f"{taken['split']!r} is none of {', '.join(SPLITS)}; not used for training"
        found.append(Problem(number, "split", reason, record_id))
        taken["split"] = "holdout"
    taken["image"], reason = _image(collection.folder, taken["image"])
    if reason:
        found.append(Problem(number, "image", reason, record_id))
    return Row(number, record_id, Record(**taken, cells=values))


def _image(folder: Path, image: str) -> tuple[str, str]:
    """The path of a record's photo, and why it cannot be used where it cannot."""
    reason = _image_problem(folder, image)
    slashed = image.replace("\\", "/")  # a path as Windows writes it
    if reason and slashed != image and not _image_problem(folder, slashed):
        return slashed, ""
    return "" if reason else image, reason


def _image_problem(folder: Path, image: str) -> str:
    """Why `image` cannot be a photo of the collection in `folder`; empty where it can."""
    if not image:
        return ""
    if "://" in image:
        return f"{image[:200]!r} is an address; the photo must lie in the collection's folder"
    try:
        path = (folder / image).resolve()
        inside = path.is_relative_to(folder.resolve())
        exists = inside and path.is_file()
    except (OSError, RuntimeError, ValueError):  # RuntimeError: a loop of links
        return f"{image[:200]!r} is not a path"
    if not inside:
        return f"{image[:200]!r} leaves the collection's folder"
    return "" if exists else f"there is no file {image[:200]!r}"


def _readable(text: str) -> str:
    """`text` with undecodable bytes (lone surrogates) replaced."""
    if text.isascii():  # nearly every cell, in a tenth of the time
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
