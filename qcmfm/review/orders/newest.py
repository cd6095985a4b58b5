"""Order by time of addition, the newest first.

Records with a time in the column `added_at` (UTC, ISO 8601) come before those without; among the
latter, the last row of the collection is the newest.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from qcmfm.core.messages import N_
from qcmfm.records import Record
from qcmfm.review.items import Items

TITLE = N_("Newest")


def keys(items: Items, records: Sequence[Record]) -> Float[np.ndarray, " record"]:
    """The rank of each record, counted from the newest."""
    places = range(len(records))
    newest = sorted(
        places, key=lambda at: (records[at].cells.get("added_at", ""), at), reverse=True
    )
    found = np.empty(len(records))
    found[newest] = places
    return found
