"""Labels from reviews, for training."""

from dataclasses import replace

from qcmfm.records import Collection, Record, Row
from qcmfm.review.state import ReviewState


def corrected(
    collection: Collection, state: ReviewState, keep_catalogue_labels: bool = True
) -> Collection:
    """The collection with the labels that reviewers chose.

    Accepted and corrected records have the reviewed label. Unsure ones have none, so that they are
    labelled by models but never trained on. Records without a review have their catalogue label.

    Args:
        collection: Records with catalogue labels; not modified.
        state: Review state of the collection.
        keep_catalogue_labels: Whether records without a review keep their catalogue label; if not,
            only reviewed records are trained on.
    """
    rows = [
        row if row.record is None else _relabelled(row, row.record, state, keep_catalogue_labels)
        for row in collection.rows
    ]
    return replace(collection, rows=rows)


def _relabelled(row: Row, record: Record, state: ReviewState, keep_recorded: bool) -> Row:
    outcome = state.of(record.record_id)
    unreviewed = record.label if keep_recorded else ""
    label = unreviewed if outcome.status == "open" else outcome.label
    return row if label == record.label else replace(row, record=record.changed(label=label))


def reviewed_count(collection: Collection, state: ReviewState) -> dict[str, int]:
    """Count the records with a reviewed label, and those whose catalogue label differs from it.

    Returns:
        The counts as `decided` and `changed`.
    """
    labels = [
        (record.label, outcome.label)
        for record in collection.records
        if (outcome := state.of(record.record_id)).label
    ]
    return {"decided": len(labels), "changed": sum(old != new for old, new in labels)}
