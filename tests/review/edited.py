"""Review logs as other programs save them, for tests."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from qcmfm.review.choice import Choice
from qcmfm.review.decision import COLUMNS, Decision
from qcmfm.review.review import Review
from tests.review.made import LABELS

SAVED = {
    "UTF-8": ("utf-8", ","),
    "UTF-8 with a mark": ("utf-8-sig", ","),
    "UTF-8 with semicolons": ("utf-8-sig", ";"),
    "UTF-16 with tabs": ("utf-16", "\t"),
    "UTF-16 without a mark": ("utf-16-le", ","),
    "UTF-16, big-endian": ("utf-16-be", ","),
    "UTF-32": ("utf-32", ","),
    "Windows-1252": ("cp1252", ","),
    "Windows-1252 with semicolons": ("cp1252", ";"),
}
"""Encoding and delimiter of what spreadsheets and editors save."""

LINE_ENDS = ("\r\n", "\n", "\r")


def saved(
    rows: Sequence[Decision], form: str = "UTF-8", line_end: str = "\r\n", last: bool = True
) -> bytes:
    """A log as another program saves it.

    Args:
        rows: Decisions.
        form: One of `SAVED`.
        line_end: What ends a row.
        last: Whether the last row has a line end.
    """
    encoding, delimiter = SAVED[form]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows([COLUMNS, *rows])
    text = out.getvalue() if last else out.getvalue().removesuffix(line_end)
    return text.encode(encoding)


def write(file: Path, content: bytes) -> Path:
    """Write a file together with its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def random_review(file: Path, steps: Sequence[tuple[str, str, str, int]]) -> Review:
    """A log that was made as people do: decide, undo and restore, whatever is possible.

    Args:
        file: Path of the log.
        steps: What is done, on which record, by whom, and a number to choose with.
    """
    from qcmfm.core.errors import ReviewError

    review = Review(file)
    for what, record, who, number in steps:
        try:
            if what == "undo":
                review.undo(who, number % 3 + 1)
            elif what == "restore":
                history = ["", *(row.decision_id for row in review.refresh().history(record))]
                review.restore(record, who, history[number % len(history)])
            elif what == "unsure":
                review.decide([Choice(record, "unsure")], who)
            else:
                choices = [
                    Choice(name, "correct", LABELS[number % 3])
                    for name in {record, f"r{number % 3}"}
                ]
                review.decide(choices, who, LABELS)
        except ReviewError:
            continue  # There is nothing to undo, or nothing would change.
    return review
