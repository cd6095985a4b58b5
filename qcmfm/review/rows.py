"""Splits the bytes of a review log into rows, resynchronising after damaged ones."""

import csv
import itertools
import re
from collections.abc import Iterator, Sequence

from qcmfm.records import MAX_CELL
from qcmfm.review.decision import Decision, parse_problem

NOT_UTF8 = "its text is not valid UTF-8"

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NOT_DECODED = re.compile("[\udc80-\udcff]")


def complete_rows(content: bytes, delimiter: str = ",") -> Iterator[tuple[list[str] | str, int]]:
    """Yield the complete rows of a log, each with its size in bytes.

    For a row that the CSV reader rejects, the reason is yielded instead of the cells. The same
    happens with the first of several lines that form a row together but no valid decision, so that
    a quotation mark broken by hand does not hide the decisions after it.

    A row ends with a line feed; with a carriage return alone only if something follows it, since
    the line feed may not have been written yet.
    """
    csv.field_size_limit(MAX_CELL)
    lines, damaged = content.splitlines(keepends=True), not is_utf8(content)
    start = 0
    while start < len(lines):
        # Strict, since otherwise an unclosed quotation mark swallows the rest without an error.
        reader = csv.reader(_decoded(lines, start), strict=True, delimiter=delimiter)
        first = start
        reason = ""
        try:
            for cells in reader:
                end = start + reader.line_num
                if end == len(lines) and not lines[end - 1].endswith(b"\n"):
                    return
                if end - first > 1 and parse_problem(cells):
                    reason = parse_problem(cells)
                    break
                size = sum(map(len, lines[first:end]))
                first = end
                refused = damaged and _NOT_DECODED.search("".join(cells))
                yield NOT_UTF8 if refused else cells, size
        except csv.Error as error:
            if start + reader.line_num >= len(lines):
                return  # The rest of the cell may not have been written yet.
            reason = f"cannot be read ({error})"
        if not reason:
            return
        yield reason, len(lines[first])
        start = first + 1


def finished_row(end: bytes, delimiter: str = ",") -> bytes:
    """The end of a log as a complete row, if only its line end is missing; else nothing.

    All its cells must be there. The last one, `supersedes`, must be the complete id of a decision,
    or empty where a decision of its kind may have none, since the row could also have been torn
    inside of that cell.

    Args:
        end: Bytes after the last complete row.
        delimiter: Character between two cells.
    """
    row = end + (b"\n" if end.endswith(b"\r") else b"\r\n")
    rows = list(complete_rows(row, delimiter)) if end else []
    if len(rows) != 1 or isinstance(rows[0][0], str) or parse_problem(rows[0][0]):
        return b""
    last = Decision(*rows[0][0])
    if last.supersedes:
        return row if _ID.fullmatch(last.supersedes) else b""
    # Restoring the initial state leaves no label; undoing always names a decision.
    torn = last.decision == "undo" or (last.decision == "restore" and last.reviewed_label)
    return b"" if torn else row


def is_utf8(content: bytes) -> bool:
    """Whether the bytes are valid UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def line_starts(content: bytes) -> list[int]:
    """The place of the first byte of each line, whatever the line ends."""
    sizes = [len(line) for line in content.splitlines(keepends=True)]
    return list(itertools.accumulate(sizes[:-1], initial=0)) if sizes else []


def _decoded(lines: Sequence[bytes], start: int) -> Iterator[str]:
    return (lines[place].decode("utf-8", "surrogateescape") for place in range(start, len(lines)))
