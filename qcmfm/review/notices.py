"""What people should know about a review log: what is not used, and how to get it back."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from qcmfm.core.messages import N_, msg
from qcmfm.review.form import CONVERT
from qcmfm.review.log import ReviewLog
from qcmfm.review.orphans import orphans
from qcmfm.review.review import Review
from qcmfm.review.state import ReviewState

Kind = Literal[
    "form", "code_page", "damaged", "contradictory", "incomplete", "set_aside", "order", "orphans"
]


@dataclass(frozen=True)
class Notice:
    """Something to know about a review log.

    Args:
        kind: What it is about.
        text: Sentence that says what was found.
        remedy: Sentence that says how to get it back, or what to do.
        details: A sentence or a name for each row, file or record; may be empty.
        harmless: Whether it may well be as it should be.
    """

    kind: Kind
    text: str
    remedy: str
    details: Sequence[str] = ()
    harmless: bool = False


def notices(review: Review, record_ids: Collection[str] | None = None) -> list[Notice]:
    """What people should know about a review log; empty if it is as the program wrote it.

    Args:
        review: The review of a collection.
        record_ids: Ids of the collection's records; None if they are not known.

    Raises:
        ReviewError: The log cannot be read.
    """
    state = review.refresh()
    found = [*_of_file(review.log), *_of_rows(review.log, state, review.reordered)]
    if record_ids is not None:
        found += _of_records(state, record_ids)
    return found


def _of_file(log: ReviewLog) -> Iterator[Notice]:
    if not log.form.native:
        yield Notice(
            "form",
            msg(
                "The review log was saved by another program as {form}. It is read, but no "
                "decision can be added to it.",
                form=log.form.described,
            ),
            CONVERT,
        )
    if log.form.legacy:
        yield Notice(
            "code_page",
            msg(
                "Its letters are read in a likely code page, which is not certain. "
                "It has “{sample}”, for example.",
                sample=_sample(log),
            ),
            N_("If that is spelled wrong, save the log as UTF-8 with the program that edited it."),
        )
    if log.unread:
        yield Notice(
            "incomplete",
            msg(
                "The last {n:,} bytes of the review log are not a complete row. They are not used.",
                n=len(log.unread),
            ),
            N_("Complete the row in the file, or copy it from a backup."),
        )
    torn = [file.name for file in log.torn_files()]
    if torn:
        yield Notice(
            "set_aside",
            msg("Incomplete rows were moved to files beside the review log: {n:,}.", n=len(torn)),
            N_(
                "A crash cuts off only what was never confirmed. After an edit, complete the row "
                "in that file and add it to the log. Then delete the file."
            ),
            torn,
        )


def _of_rows(log: ReviewLog, state: ReviewState, reordered: Sequence[str]) -> Iterator[Notice]:
    if log.damaged:
        yield Notice(
            "damaged",
            msg("Rows of the review log that are no decisions, and not used: {n:,}.",
                n=len(log.damaged)),
            N_(
                "Correct these rows in the file, or copy them from a backup. They count once they "
                "are complete."
            ),
            log.damaged,
        )  # fmt: skip
    if state.problems:
        yield Notice(
            "contradictory",
            msg("Decisions that contradict those before them, and are not used: {n:,}.",
                n=len(state.problems)),
            N_("Compare these rows with a backup of the review log."),
            state.problems,
        )  # fmt: skip
    if reordered:
        yield Notice(
            "order",
            msg("Records whose decisions are not in the order in which they were made: {n:,}. "
                "They are used in that order.", n=len(reordered)),
            N_("Nothing is lost. To restore the order, sort the file by the column reviewed_at."),
            reordered,
            harmless=True,
        )  # fmt: skip


def _of_records(state: ReviewState, record_ids: Collection[str]) -> Iterator[Notice]:
    found = orphans(state, record_ids)
    if found:
        yield Notice(
            "orphans",
            msg("Decisions on records that this collection does not have: {n:,}.",
                n=sum(orphan.decisions for orphan in found)),
            N_(
                "If somebody altered a record id in the review log, correct it there. If the "
                "records left the collection, nothing is wrong."
            ),
            [
                msg("“{record_id}”, probably “{nearest}”", record_id=orphan.record_id,
                    nearest=orphan.nearest)
                if orphan.nearest else msg("“{record_id}”", record_id=orphan.record_id)
                for orphan in found
            ],
            harmless=not any(orphan.altered for orphan in found),
        )  # fmt: skip


def _sample(log: ReviewLog) -> str:
    """A text with letters beyond ASCII, a label if there is one."""
    texts = (
        text
        for column in ("reviewed_label", "reason", "reviewer", "model_label", "record_id")
        for decision in log.decisions
        if not (text := str(getattr(decision, column))).isascii()
    )
    return next(texts, "")[:60]
