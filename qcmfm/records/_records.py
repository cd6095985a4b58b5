"""A collection and its rows, records and problems."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

FIELDS = ("record_id", "image", "caption", "label", "split", "group")
SPLITS = ("train", "val", "test", "holdout")


@dataclass(frozen=True)
class Record:
    """One museum object's photo and caption, either of which may be missing.

    Args:
        record_id: Identifier, unique within its collection.
        image: Path of the photo relative to the collection's folder; empty without a photo.
        caption: Description from the catalogue; may be empty.
        label: Catalogue label; empty if the record came without one.
        split: One of `SPLITS`, or empty.
        group: Shared by the records of one object; a record without one is its own group.
        cells: Every column of the source, unchanged.
    """

    record_id: str
    image: str = ""
    caption: str = ""
    label: str = ""
    split: str = ""
    group: str = ""
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)

    def changed(self, **values: str) -> "Record":
        """A copy with other values, also in the source columns of the same names."""
        return replace(self, **values, cells={**self.cells, **values})

    @property
    def group_key(self) -> str:
        """Key of the record's group; a record without a group has a key of its own."""
        return f"group:{self.group}" if self.group else f"record:{self.record_id}"


@dataclass(frozen=True)
class Problem:
    """An error in a cell or a row of the source.

    Args:
        row: Row number as in a spreadsheet: the header is row 1.
        column: Column name; empty if the problem concerns the entire row.
        reason: What is wrong.
        record_id: The record's id; empty if it has none.
        refused: Whether the record was left out; otherwise it is used without that cell.
        altered: Whether the cell had to be changed to be read.
    """

    row: int
    column: str
    reason: str
    record_id: str = ""
    refused: bool = False
    altered: bool = False

    def __str__(self) -> str:
        """Place and reason on one line, as shown to users."""
        where = f"row {self.row}" + (f", column {self.column}" if self.column else "")
        return f"{where}: {self.reason}"


@dataclass(frozen=True)
class Row:
    """One row of the source; its record is None if the row was refused."""

    number: int
    record_id: str
    record: Record | None


@dataclass
class Collection:
    """Records and the folder with their photos.

    Args:
        folder: Base of the image paths, which never leave it.
        columns: Column names in the order of the source.
        rows: Every row of the source in its order, including refused ones.
        problems: Errors found in the source, in the order of the rows.
        encoding: Text encoding of the source.
        delimiter: Cell delimiter of the source.
    """

    folder: Path
    columns: tuple[str, ...] = FIELDS
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    encoding: str = "utf-8"
    delimiter: str = ","

    @classmethod
    def from_records(cls, folder: Path, records: Sequence[Record]) -> "Collection":
        """A collection of records that were not read from a file."""
        rows = [Row(number, r.record_id, r) for number, r in enumerate(records, start=2)]
        extra = [name for r in records for name in r.cells if name not in FIELDS]
        return cls(folder, (*FIELDS, *dict.fromkeys(extra)), rows)

    @property
    def records(self) -> list[Record]:
        """The records that were not refused."""
        return [row.record for row in self.rows if row.record is not None]

    @property
    def labels(self) -> set[str]:
        """The set of catalogue labels of its records."""
        return {record.label for record in self.records if record.label}

    def image_path(self, record: Record) -> Path | None:
        """Path of the record's photo; None if it has no photo."""
        return self.folder / record.image if record.image else None


def label_counts(records: Sequence[Record]) -> dict[str, int]:
    """Number of records per label, most frequent first; unlabelled records are not counted."""
    return dict(Counter(r.label for r in records if r.label).most_common())


def crossing_groups(records: Sequence[Record]) -> list[str]:
    """Groups whose labelled records are in more than one split, in alphabetical order."""
    splits: dict[str, set[str]] = {}
    for record in records:
        if record.group and record.split and record.label:
            splits.setdefault(record.group, set()).add(record.split)
    return sorted(group for group, found in splits.items() if len(found) > 1)
