"""The report of an import, and a copy of the source with an error column."""

import csv
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qcmfm.core.storage import atomic_file, write_json
from qcmfm.core.text import escape_formula
from qcmfm.importers.reading.source import Source
from qcmfm.importers.reading.tables import Table
from qcmfm.records import Problem
from qcmfm.records.csv_rows import Broken

log = logging.getLogger(__name__)

ERROR = "error"
"""Name of the column that is added to the copy of the source."""


@dataclass
class Report:
    """Result of an import.

    Args:
        name: Name of the collection.
        source: Address of the source.
        importer: Name of the importer.
        added: Number of new records.
        updated: Number of existing records that changed.
        unchanged: Number of existing records that did not change.
        gone: Ids that are in the collection but no longer in the source; the records remain.
        refused: Problems of records that were left out.
        notes: Problems of records that were imported without a part of their data.
        duplicates: Groups of record ids with near-duplicate photos.
        photos: Number of records with a photo.
        seconds: Duration of the import.
        errors_file: Path of the copy of the source with an error column; empty without problems.
        columns: Columns of the source that were used, by field.
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
        """Number of records of the source that are now in the collection."""
        return self.added + self.updated + self.unchanged

    @property
    def summary(self) -> dict[str, Any]:
        """The report with the lengths of its lists instead of the lists."""
        lists = ("gone", "refused", "notes", "duplicates")
        counts = {name: len(getattr(self, name)) for name in lists}
        return {**vars(self), **counts, "taken": self.taken}

    def write(self, file: Path) -> None:
        """Write the report as JSON."""
        # `asdict` would copy every text of what may be a hundred thousand problems.
        problems = {name: [vars(found) for found in getattr(self, name)]
                    for name in ("refused", "notes")}  # fmt: skip
        write_json(file, {**vars(self), **problems, "taken": self.taken})

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Report":
        """The report from the JSON content that `write` produced."""
        values = {name: value for name, value in content.items() if name != "taken"}
        for name in ("refused", "notes"):
            values[name] = [Problem(**problem) for problem in values[name]]
        return cls(**values)


def write_errors(
    source: Source, table: Table | None, problems: Sequence[Problem], to: Path
) -> Path:
    """Write a copy of the source with a column that states the problems of each row.

    Encoding, delimiter and rows of a text table are preserved, and so are the sheets and formats
    of a workbook. If the source is not a table, the file is a list of the problems.

    Args:
        source: The imported source.
        table: The source as a table; None if it is not one.
        problems: Problems of the import.
        to: Destination folder.

    Returns:
        Path of the written file.
    """
    reasons: dict[int, str] = {}
    for problem in problems:
        where = f"{problem.column}: " if problem.column else ""
        verdict = "refused" if problem.refused else "taken without it"
        line = f"{where}{problem.reason} ({verdict})"
        before = reasons.get(problem.row)
        reasons[problem.row] = f"{before}; {line}" if before else line
    stem = re.sub(r"[^\w. -]+", "_", Path(source.name).stem) or "import"
    if table is None:
        return _write_list(problems, to / f"{stem}-errors.csv")
    if table.path.suffix.lower() in (".xlsx", ".xlsm") and not table.delimiter:
        try:
            return _write_workbook(table, reasons, to / f"{stem}-errors.xlsx")
        except Exception as error:  # openpyxl raises anything on files of other programs
            why = type(error).__name__  # the message may quote a cell
            log.warning("%s is listed, not given back as a workbook: %s", source.name, why)
            return _write_list(problems, to / f"{stem}-errors.csv")
    suffix = Path(source.name).suffix if table.delimiter else ".csv"
    return _write_table(table, reasons, to / f"{stem}-errors{suffix or '.csv'}")


def _write_list(problems: Sequence[Problem], file: Path) -> Path:
    with atomic_file(file) as part, part.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("row", "record_id", "column", ERROR, "refused"))
        for found in problems:
            texts = (found.record_id, found.column, found.reason)
            writer.writerow((found.row, *map(escape_formula, texts), found.refused))
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
                elif row or text:  # a row of the wrong length still has the wrong length
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
