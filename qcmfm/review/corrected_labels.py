"""What reviewers decided, as labels to train with."""

from dataclasses import replace

from qcmfm.records import Collection, Record, Row
from qcmfm.review.state import ReviewState


def corrected(collection: Collection, state: ReviewState, keep_recorded: bool = True) -> Collection:
    """The collection with the labels that were decided.

    An accepted or corrected record has the reviewed label. One of which nobody could tell has
    none, so that it is predicted but never trained on. An open one keeps its recorded label.

    Args:
        collection: The records as they are; not changed.
        state: What was decided.
        keep_recorded: Otherwise open records have no label, and only reviewed ones are trained on.
    """
    rows = [
        row if row.record is None else _relabelled(row, row.record, state, keep_recorded)
        for row in collection.rows
    ]
    return replace(collection, rows=rows)


def _relabelled(row: Row, record: Record, state: ReviewState, keep_recorded: bool) -> Row:
    outcome = state.of(record.record_id)
    recorded = record.label if keep_recorded else ""
    label = recorded if outcome.status == "open" else outcome.label
    return row if label == record.label else replace(row, record=record.changed(label=label))


def reviewed_count(collection: Collection, state: ReviewState) -> dict[str, int]:
    """How many records have a decided label, and how many of those labels differ from the recorded.

    Returns:
        `decided` and `changed`.
    """
    labels = [
        (record.label, outcome.label)
        for record in collection.records
        if (outcome := state.of(record.record_id)).label
    ]
    return {"decided": len(labels), "changed": sum(old != new for old, new in labels)}
