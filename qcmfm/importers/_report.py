"""What an import tells when it is done, and the original file back."""

import csv
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qcmfm.core.storage import atomic_file, write_json
from qcmfm.core.text import escape_formula
from qcmfm.importers._source import Source
from qcmfm.importers._tables import Table
from qcmfm.records import Problem
from qcmfm.records.csv_rows import Broken

log = logging.getLogger(__name__)

ERROR = "error"
"""The column that is added to the original file."""


@dataclass
class Report:
    """What came of an import.

    Args:
        name: Of the collection.
        source: What was imported.
        importer: By which importer.
        added: Records that are there for the first time.
        updated: Records of which something changed.
        unchanged: Records that were the same already.
        gone: Ids that the collection has and the source has not; they stay.
        refused: What was left out: row, column, reason.
        notes: What was taken, but without something.
        duplicates: Ids of records whose photos are nearly the same.
        photos: Records that have a photo.
        seconds: How long it took.
        errors_file: The original file with a column that says what was wrong; empty without one.
        columns: Which columns of the source were used for what.
    """

    name: str
    source: str
    importer: str
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    gone: list[str] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    duplicates: list[list[str]] = field(default_factory=list)
    photos: int = 0
    seconds: float = 0.0
    errors_file: str = ""
    columns: dict[str, Any] = field(default_factory=dict)

    @property
    def taken(self) -> int:
        """Records of the source that the collection now has."""
        return self.added + self.updated + self.unchanged

    @property
    def summary(self) -> dict[str, Any]:
        """The numbers, without the lists."""
        lists = ("gone", "refused", "notes", "duplicates")
        counts = {name: len(getattr(self, name)) for name in lists}
        return {**vars(self), **counts, "taken": self.taken}

    def write(self, file: Path) -> None:
        """Keep the report as JSON."""
        # `asdict` copies every text of every problem, of which there may be a hundred thousand.
        problems = {name: [vars(found) for found in getattr(self, name)]
                    for name in ("refused", "notes")}  # fmt: skip
        write_json(file, {**vars(self), **problems, "taken": self.taken})

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Report":
        """The report that `write` kept."""
        values = {name: value for name, value in content.items() if name != "taken"}
        for name in ("refused", "notes"):
            values[name] = [Problem(**problem) for problem in values[name]]
        return cls(**values)


def write_errors(
    source: Source, table: Table | None, problems: Sequence[Problem], to: Path
) -> Path:
    """Write the source with a column that says what was wrong in each row.

    A text table keeps its encoding, delimiter and rows; a workbook keeps its sheets and looks.
    Where there is no table, the file lists what was wrong.

    Args:
        source: What was imported.
        table: The source as a table; None where it is none.
        problems: What was wrong.
        to: The folder to write it in.

    Returns:
        The file.
    """
    told: dict[int, str] = {}
    for problem in problems:
        where = f"{problem.column}: " if problem.column else ""
        verdict = "refused" if problem.refused else "taken without it"
        line = f"{where}{problem.reason} ({verdict})"
        told[problem.row] = f"{told[problem.row]}; {line}" if problem.row in told else line
    stem = re.sub(r"[^\w. -]+", "_", Path(source.name).stem) or "import"
    if table is None:
        return _write_list(problems, to / f"{stem}-errors.csv")
    if table.path.suffix.lower() in (".xlsx", ".xlsm") and not table.delimiter:
        try:
            return _write_workbook(table, told, to / f"{stem}-errors.xlsx")
        except Exception as error:  # what another program wrote makes the library raise anything
            why = type(error).__name__  # its words may be a cell's
            log.warning("%s is listed, not given back as a workbook: %s", source.name, why)
            return _write_list(problems, to / f"{stem}-errors.csv")
    suffix = Path(source.name).suffix if table.delimiter else ".csv"
    return _write_table(table, told, to / f"{stem}-errors{suffix or '.csv'}")


def _write_list(problems: Sequence[Problem], file: Path) -> Path:
    with atomic_file(file) as part, part.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("row", "record_id", "column", ERROR, "refused"))
        for found in problems:
            told = (found.record_id, found.column, found.reason)
            writer.writerow((found.row, *map(escape_formula, told), found.refused))
    return file


def _write_table(table: Table, reasons: Mapping[int, str], file: Path) -> Path:
    encoding, delimiter = table.encoding or "utf-8-sig", table.delimiter or ","
    width = len(table.header)
    place = table.header.index(ERROR) if ERROR in table.header else width
    with (
        atomic_file(file) as part,
        part.open("w", encoding=encoding, errors="replace", newline="") as handle,
    ):
        writer = csv.writer(handle, delimiter=delimiter)
        for number, cells in table.raw():
            row = [cells.text] if isinstance(cells, Broken) else list(cells)
            if number >= table.header_row:
                text = (
                    ERROR if number == table.header_row else escape_formula(reasons.get(number, ""))
                )
                if len(row) == width and place < width:
                    row[place] = text
                elif row or text:  # one that does not fit the header still does not
                    row.append(text)
            writer.writerow(row)
    return file


def _write_workbook(table: Table, reasons: Mapping[int, str], file: Path) -> Path:
    import openpyxl

    book = openpyxl.load_workbook(table.path)
    sheet = next(
        found
        for found in book.worksheets
        if any(cell.value is not None for cell in found[table.header_row])
    )
    place = table.header.index(ERROR) if ERROR in table.header else len(table.header)
    sheet.cell(table.header_row, place + 1, ERROR)
    for number, text in reasons.items():
        if number > table.header_row:
            cell = sheet.cell(number, place + 1, text)
            cell.data_type = "s"  # a reason is never a formula
    with atomic_file(file) as part:
        book.save(part)
    return file
