"""Read delimited files row by row and recover from broken rows."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Broken:
    """A row that cannot be parsed.

    Args:
        reason: Why it cannot be parsed.
        text: The row's source text.
    """

    reason: str
    text: str


def csv_rows(handle: io.TextIOBase, delimiter: str) -> Iterator[list[str] | Broken]:
    """Stream the rows of an open file; an unreadable row is a `Broken`.

    Parsing is strict, because otherwise a quote that is never closed silently swallows the rest of
    the file. After an error, it continues with the next line.

    Args:
        handle: File opened with `newline=""`.
        delimiter: Character between cells.
    """
    waiting: deque[str] = deque()  # lines of a broken row that have to be parsed again
    while True:
        used: list[str] = []  # lines of the current row

        def lines(used: list[str] = used) -> Iterator[str]:
            while True:
                line = waiting.popleft() if waiting else handle.readline()
                if not line:
                    return
                used.append(line)
                yield line

        try:
            for cells in csv.reader(lines(), delimiter=delimiter, strict=True):
                used.clear()
                yield cells
            return
        except csv.Error as error:
            yield Broken(f"cannot be read: {error}", used[0].rstrip("\r\n"))
            waiting.extendleft(reversed(used[1:]))
