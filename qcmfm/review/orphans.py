"""Decisions on records that the collection does not have, such as after an id was altered."""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from qcmfm.review.state import ReviewState

COMPARED = 20
"""Number of unknown records that are compared with those of the collection."""


class Orphan(NamedTuple):
    """A record id in the log that the collection does not have.

    Args:
        record_id: The unknown id.
        decisions: Number of decisions on it.
        nearest: Id of the record that is probably meant; empty if none, or more than one, could be.
        altered: Whether the id was almost certainly altered: the decision replaced one on that
            record, or the ids differ only in what spreadsheets change.
    """

    record_id: str
    decisions: int
    nearest: str = ""
    altered: bool = False


def orphans(state: ReviewState, record_ids: Collection[str]) -> list[Orphan]:
    """The record ids in the log that the collection does not have, in the order of the log.

    Args:
        state: Review state of the collection.
        record_ids: Ids of the collection's records.
    """
    known = record_ids if isinstance(record_ids, set | dict) else set(record_ids)
    unknown = [record_id for record_id in state.reviewed() if record_id not in known]
    return [
        Orphan(
            record_id,
            len(state.history(record_id)),
            *(_nearest(record_id, state, known) if place < COMPARED else ("", False)),
        )
        for place, record_id in enumerate(unknown)
    ]


def _nearest(record_id: str, state: ReviewState, known: Collection[str]) -> tuple[str, bool]:
    """The record that is probably meant, if there is only one, and whether that is certain."""
    before = state.decision(state.history(record_id)[0].supersedes)
    if before and before.record_id in known:
        return before.record_id, True
    spelled = _letters(record_id)
    alike = [other for other in known if _letters(other) == spelled]
    if len(alike) == 1:
        return alike[0], True
    alike = alike or [other for other in known if _one_edit(record_id, other)]
    return (alike[0] if len(alike) == 1 else ""), False


def _letters(record_id: str) -> str:
    """An id without what spreadsheets change: case, spaces and leading zeros."""
    return "".join(record_id.casefold().split()).lstrip("0")


def _one_edit(one: str, other: str) -> bool:
    """Whether two ids differ in one character, which may be replaced, missing or moved by one."""
    if abs(len(one) - len(other)) > 1 or not one or not other:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    if one[start + 1 :] == other[start + 1 :] or one[start:] == other[start + 1 :]:
        return True
    return one[start + 1 :] == other[start:] or (
        Counter(one[start : start + 2]) == Counter(other[start : start + 2])
        and one[start + 2 :] == other[start + 2 :]
    )
