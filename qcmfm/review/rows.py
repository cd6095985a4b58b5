"""The rows of a review log, as far as they can be told apart."""

import csv
from collections.abc import Iterator, Sequence

from qcmfm.records import MAX_CELL
from qcmfm.review.decision import parse_problem


def complete_rows(content: bytes) -> Iterator[tuple[list[str] | str, int]]:
    """The rows of a log up to the last one that is whole, each with its size in bytes.

    In place of a row that the CSV reader gives up on stands the reason. So it does for the first
    line of several that make no row of the log together: a quotation mark that was broken by hand
    must not hide the decisions behind it.
    """
    csv.field_size_limit(MAX_CELL)
    lines = content.splitlines(keepends=True)
    start = 0
    while start < len(lines):
        # Strict, since otherwise a quotation mark that is never closed ends with the file unseen.
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
                return  # the rest of the cell may be still to come
            reason = f"cannot be read ({error})"
        if not reason:
            return
        yield reason, len(lines[first])
        start = first + 1


def _decoded(lines: Sequence[bytes], start: int) -> Iterator[str]:
    return (lines[place].decode("utf-8", "replace") for place in range(start, len(lines)))
