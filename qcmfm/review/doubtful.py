"""Catalogue labels that are probably wrong (confident learning, Northcutt et al. 2021)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.records import Record


@dataclass(frozen=True)
class Doubt:
    """A catalogue label that is probably wrong.

    Args:
        record_id: Id of the record.
        recorded: Its catalogue label.
        probability: Out-of-fold probability of the catalogue label, 0 to 1.
        suggested: Most probable label.
        suggested_probability: Out-of-fold probability of that label, 0 to 1.
    """

    record_id: str
    recorded: str
    probability: float
    suggested: str
    suggested_probability: float


def label_quality(measured: OutOfFold, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """Quality of each catalogue label by self-confidence, 0 to 1.

    NaN for records without a catalogue label or without out-of-fold probabilities.

    Args:
        measured: Out-of-fold probabilities.
        records: Records with their catalogue labels.
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
    """The records whose catalogue label is probably wrong, the worst first.

    A record is returned if another label is more probable than the catalogue label and confident
    learning, which allows for the models' usual confidence in each label, flags it.

    Args:
        measured: Out-of-fold probabilities.
        records: Records with their catalogue labels.
    """
    from cleanlab.filter import find_label_issues

    place, row, column = _with_known_label(measured, records)
    if len(set(column.tolist())) < 2:
        return []
    probabilities = measured.probabilities[row]
    # One process: starting others takes longer than the work itself.
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
    """Indices in `records`, rows and columns of the catalogue labels that the models know."""
    rows = {record_id: row for row, record_id in enumerate(measured.record_ids)}
    columns = {label: column for column, label in enumerate(measured.labels)}
    found = [
        (place, rows[record.record_id], columns[record.label])
        for place, record in enumerate(records)
        if record.record_id in rows and record.label in columns
    ]
    place, row, column = np.array(found, dtype=np.int64).reshape(-1, 3).T
    return place, row, column
