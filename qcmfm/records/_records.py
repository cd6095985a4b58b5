"""What a collection consists of."""

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

    @property
    def labels(self) -> set[str]:
        """What its records are labelled with."""
        return {record.label for record in self.records if record.label}

    def image_path(self, record: Record) -> Path | None:
        """Where the record's photo lies, or None where it has none."""
        return self.folder / record.image if record.image else None


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
