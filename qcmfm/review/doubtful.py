"""Recorded labels that are probably wrong (confident learning, Northcutt et al. 2021)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from qcmfm.records import Record
from qcmfm.review.items import OutOfFold


@dataclass(frozen=True)
class Doubt:
    """A recorded label that is probably wrong.

    Args:
        record_id: The record.
        recorded: Its recorded label.
        probability: Of the recorded label, by models that never saw the record.
        suggested: The label they find likeliest.
        suggested_probability: Its probability.
    """

    record_id: str
    recorded: str
    probability: float
    suggested: str
    suggested_probability: float


def label_quality(measured: OutOfFold, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """How well each recorded label fits, by self-confidence: 0 to 1.

    Not a number for records without a label, or of which the models said nothing.

    Args:
        measured: Out-of-fold probabilities.
        records: With their recorded labels.
    """
    from cleanlab.rank import get_label_quality_scores

    found = np.full(len(records), np.nan)
    place, row, column = _with_known_label(measured, records)
    if len(place):
        found[place] = get_label_quality_scores(
            column, measured.probabilities[row], method="self_confidence"
        )
    return found


def doubtful(measured: OutOfFold, records: Sequence[Record]) -> list[Doubt]:
    """The records whose recorded label is probably wrong, the worst first.

    A record is named where the models find another label likelier than the recorded one and
    confident learning, which knows how sure the models tend to be of each label, agrees.

    Args:
        measured: Out-of-fold probabilities.
        records: With their recorded labels.
    """
    from cleanlab.filter import find_label_issues

    place, row, column = _with_known_label(measured, records)
    if len(set(column.tolist())) < 2:
        return []
    probabilities = measured.probabilities[row]
    # One process: the collection is small beside the start of others.
    worst: Any = find_label_issues(
        column, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1
    )
    doubts: list[Doubt] = []
    for index in worst.tolist():
        best = int(probabilities[index].argmax())
        if best != column[index]:
            record = records[int(place[index])]
            given, likeliest = probabilities[index, [column[index], best]].tolist()
            suggested = measured.labels[best]
            doubts.append(Doubt(record.record_id, record.label, given, suggested, likeliest))
    return doubts


def _with_known_label(
    measured: OutOfFold, records: Sequence[Record]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place in `records`, row and column of the recorded label, where all three are known."""
    rows = {record_id: row for row, record_id in enumerate(measured.record_ids)}
    columns = {label: column for column, label in enumerate(measured.labels)}
    found = [
        (place, rows[record.record_id], columns[record.label])
        for place, record in enumerate(records)
        if record.record_id in rows and record.label in columns
    ]
    place, row, column = np.array(found, dtype=np.int64).reshape(-1, 3).T
    return place, row, column
