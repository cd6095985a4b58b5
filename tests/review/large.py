"""A large queue, for timing."""

import numpy as np

from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.records import Record
from qcmfm.review.items import Items
from qcmfm.review.state import ReviewState
from tests.review.made import LABELS, decision, prediction


def items(count: int) -> Items:
    """Records that are all predicted gold; a tenth of them is corrected."""
    records = [
        Record(f"r{n}", caption=f"Vase {n}", label=LABELS[n % len(LABELS)]) for n in range(count)
    ]
    predictions = {record.record_id: prediction(record.record_id) for record in records}
    state = ReviewState(decision(f"d{n}", f"r{n}") for n in range(0, count, 10))
    rows = np.random.default_rng(0).dirichlet(np.ones(len(LABELS)), count)
    measured = OutOfFold([record.record_id for record in records], LABELS, rows)
    others = {"run-2": {r.record_id: prediction(r.record_id, "jade") for r in records}}
    firm = {record.record_id: row for record, row in zip(records, rows[:, 0], strict=True)}
    return Items(records, predictions, state, measured, stability={"": firm}, others=others)
