"""Converts a review log that another program saved to the form that the program itself writes."""

import csv
import io
from pathlib import Path

from qcmfm.core import storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import msg
from qcmfm.review.decision import HEADER, is_header, parse_problem
from qcmfm.review.form import recognise
from qcmfm.review.log import ReviewLog
from qcmfm.review.rows import complete_rows, finished_row
from qcmfm.review.writing import locked


def convert(file: Path) -> Path:
    """Rewrite a log as UTF-8 with commas and CRLF, keeping the original beside it.

    Rows that are no decisions stay as they are, in UTF-8.

    Args:
        file: The review log.

    Returns:
        The original: a copy with the time in its name.

    Raises:
        ReviewError: The log cannot be converted without loss, or stays locked.
        OSError: A file cannot be read or written.
    """
    original = file.with_name(f"{file.name}.original-{utc_now_ms().replace(':', '')}")
    with locked(file):
        before = ReviewLog(file, read_only=True)
        content = file.read_bytes()
        converted = _converted(content, file)
        storage.write_bytes(original, content)
        copy = original.with_name(f".{original.name}.tmp")
        try:
            storage.write_bytes(copy, converted)
            after = ReviewLog(copy, read_only=True)
        finally:
            copy.unlink(missing_ok=True)
        if after.decisions != before.decisions or not after.form.native:
            raise ReviewError(
                msg("The review log {name} cannot be converted without loss.", name=file.name),
                "Save it as UTF-8 with the program that edited it.",
            )
        storage.write_bytes(file, converted)
    return original


def _converted(content: bytes, file: Path) -> bytes:
    form = recognise(content, file)
    text = form.to_utf8(content)
    out, place = [HEADER.encode()], 0
    for number, (cells, size) in enumerate(complete_rows(text, form.delimiter)):
        raw, place = text[place : place + size], place + size
        if isinstance(cells, str) or (cells and parse_problem(cells) and not is_header(cells)):
            out.append(raw.rstrip(b"\r\n") + b"\r\n")
        elif cells and number:
            out.append(_row(cells))
    last = finished_row(text[place:], form.delimiter)
    if not last:
        return b"".join([*out, text[place:]])
    return b"".join(
        [*out, *(_row(list(cells)) for cells, _ in complete_rows(last, form.delimiter))]
    )


def _row(cells: list[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().encode("utf-8")
