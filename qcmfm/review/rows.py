"""Splits the bytes of a review log into rows, resynchronising after damaged ones."""

import csv
from collections.abc import Iterator, Sequence

from qcmfm.records import MAX_CELL
from qcmfm.review.decision import parse_problem


def complete_rows(content: bytes) -> Iterator[tuple[list[str] | str, int]]:
    """Yield the complete rows of a log, each with its size in bytes.

    For a row that the CSV reader rejects, the reason is yielded instead of the cells. The same
    happens with the first of several lines that form a row together but no valid decision, so that
    a quotation mark broken by hand does not hide the decisions after it.
    """
    csv.field_size_limit(MAX_CELL)
    lines = content.splitlines(keepends=True)
    start = 0
    while start < len(lines):
        # Strict, since otherwise an unclosed quotation mark swallows the rest without an error.
        reader = csv.reader(_decoded(lines, start), strict=True)
        first = start
        reason = ""
        try:
            for cells in reader:
                end = start + reader.line_num
                if not lines[end - 1].endswith(b"\n"):
                    return
                if end - first > 1 and parse_problem(cells):
                    reason = parse_problem(cells)
                    break
                yield cells, sum(map(len, lines[first:end]))
                first = end
        except csv.Error as error:
            if start + reader.line_num >= len(lines):
                return  # The rest of the cell may not have been written yet.
            reason = f"cannot be read ({error})"
        if not reason:
            return
        yield reason, len(lines[first])
        start = first + 1


def _decoded(lines: Sequence[bytes], start: int) -> Iterator[str]:
    return (lines[place].decode("utf-8", "replace") for place in range(start, len(lines)))
