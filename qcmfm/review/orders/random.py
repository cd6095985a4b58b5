"""Random but stable order: each record's place depends only on the seed and its id.

It is the same for everybody, and added or removed records do not shuffle the others.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from qcmfm.core.messages import N_
from qcmfm.records import Record
from qcmfm.review.items import Items

TITLE = N_("Random")


def keys(items: Items, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """A hash of the seed and each record's id, as a number."""
    start = hashlib.blake2b(f"{items.seed}:".encode(), digest_size=6)
    found = np.empty(len(records))
    for place, record in enumerate(records):
        mixed = start.copy()
        mixed.update(record.record_id.encode("utf-8", "surrogatepass"))
        found[place] = int.from_bytes(mixed.digest())
    return found
