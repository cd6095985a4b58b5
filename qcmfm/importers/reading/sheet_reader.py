"""Sandbox program that reads a spreadsheet, see `core/sandbox.py`.

It imports nothing from this package. A single cell in the farthest corner of a sheet makes the
library allocate 400 GB and abort the process.
"""

import datetime
import math
from collections.abc import Iterator
from typing import Any

import python_calamine

MOST_CELLS = 10_000_000
"""Largest number of cells of a sheet, including the empty ones before a far-off cell."""
ROWS = 200
"""Rows per message."""


def answer(question: dict[str, Any], content: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the `rows` of the first non-empty sheet, each a row number and cells, in batches.

    Empty rows, of which there may be a million, are left out.

    Args:
        question: `path` of the file.
        content: Not used.
    """
    try:
        yield from _answer(question["path"])
    except python_calamine.CalamineError as error:
        yield {"error": "broken", "reason": str(error).split("\n")[0][:120]}, b""


def _answer(path: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    with python_calamine.CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if (sheet.total_height + 1) * (sheet.total_width + 1) > MOST_CELLS:
                raise MemoryError
            if sheet.total_height:
                rows: list[tuple[int, list[str]]] = []
                for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
                    if any(cell != "" for cell in row):
                        rows.append((number, [as_text(cell) for cell in row]))
                    if len(rows) == ROWS:
                        yield {"rows": rows}, b""
                        rows = []
                yield {"rows": rows}, b""
                return


def as_text(cell: Any) -> str:
    """A spreadsheet cell as text, formatted as in a CSV export."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and math.isfinite(cell) and cell == int(cell):
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return "" if cell is None else str(cell)
