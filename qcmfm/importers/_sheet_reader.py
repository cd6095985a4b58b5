"""A process that reads a spreadsheet and does nothing else, so that a file can kill only this one.

It is run as a file of its own, `python -I _sheet_reader.py FILE`; imports nothing of the program.
It writes the rows of the first sheet that holds anything as JSON, a line each with its number, but
for those without content, of which there may be a million. Where the file cannot be read, an object
says what is wrong. Where the system can, it is kept from writing files, from taking more memory and
from computing longer than is set here: one cell in the farthest corner of a sheet makes the library
ask for 400 GB, and end the process when it does not get them.
"""

import contextlib
import datetime
import json
import math
import sys
from typing import Any

import python_calamine

try:
    import resource
except ImportError:  # Windows has none
    resource = None

MEMORY = 3 * 1024**3
"""Bytes of address space: enough for a table of ten million cells."""
CPU_SECONDS = 60
MOST_CELLS = 10_000_000
"""Empty ones too: a cell that lies far off makes all those before it."""


def main() -> None:
    """Write the rows of the file that the command line names."""
    _limit()
    out = open(1, "w", encoding="ascii", closefd=False)  # noqa: SIM115
    try:
        with python_calamine.CalamineWorkbook.from_path(sys.argv[1]) as book:
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                if (sheet.total_height + 1) * (sheet.total_width + 1) > MOST_CELLS:
                    raise MemoryError
                if sheet.total_height:
                    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
                        if any(cell != "" for cell in row):
                            cells = [as_text(cell) for cell in row]
                            out.write(json.dumps([number, cells]) + "\n")
                    break
    except python_calamine.CalamineError as error:
        out.write(json.dumps({"error": str(error).split("\n")[0][:120]}) + "\n")
    out.flush()


def _limit() -> None:
    """Keep this process from writing files, leaving dumps, and taking more than it may."""
    if resource is None:
        return
    most = {"FSIZE": 0, "CORE": 0, "AS": MEMORY, "CPU": CPU_SECONDS}
    for name, value in most.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def as_text(cell: Any) -> str:
    """A cell of a spreadsheet as a CSV would have it."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and math.isfinite(cell) and cell == int(cell):
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return "" if cell is None else str(cell)


if __name__ == "__main__":
    main()
