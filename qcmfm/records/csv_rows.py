"""The rows of a delimited file, one after the other, whatever is broken in it."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Broken:
    """A row that cannot be read.

    Args:
        reason: Why.
        text: As it is written.
    """

    reason: str
    text: str


def csv_rows(handle: io.TextIOBase, delimiter: str) -> Iterator[list[str] | Broken]:
    """The rows of a file that is open, streamed; in place of a broken one, what is wrong with it.

    Reading is strict, since otherwise a quote that is never closed swallows the rest of the file
    unseen; after an error it goes on with the next line.

    Args:
        handle: Opened with `newline=""`.
        delimiter: Between cells.
    """
    waiting: deque[str] = deque()  # lines read already, which come again
    while True:
        used: list[str] = []  # the lines of the row that is being read

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
