"""Orders of the review queue, which decide what is reviewed first.

The folder is a registry: each file that does not start with an underscore holds one order, and
the file's name is the order's name. It has a display name `TITLE` and a function `keys` that gives
each record a number: the lowest comes first, NaN (unknown) last, and equal ones stay in the order
of the collection.

An order may have an argument after a colon: `unstable_under_noise:our device` is the order
`unstable_under_noise` under the noise setting that was saved as `our device`.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import msg
from qcmfm.core.registry import Registry
from qcmfm.records import Record
from qcmfm.review.items import Items

DEFAULT = "least_certain"


def _missing(name: str, known: Sequence[str]) -> ReviewError:
    return ReviewError(
        msg("There is no order {name!r} of the queue.", name=name[:80]),
        msg("Choose from {names}.", names=", ".join(known)),
    )


ORDERS = Registry(__name__, _missing)


def names() -> list[str]:
    """The name of every order there is."""
    return ORDERS.names()


def title(name: str) -> str:
    """What an order is called on a page.

    Raises:
        ReviewError: There is no such order.
    """
    order, about = parts(name)
    return ORDERS.title(order) + (f": {about}" if about else "")


def parts(name: str) -> tuple[str, str]:
    """The order itself, and the name of what it is by; empty for nothing."""
    order, _, about = name.partition(":")
    return order, about


def arranged(name: str, items: Items, records: Sequence[Record]) -> list[str]:
    """The ids of the records, in order.

    Args:
        name: The order.
        items: What is known of the records.
        records: Those to put in order.

    Raises:
        ReviewError: There is no such order, or it lacks what it needs.
    """
    order, about = parts(name)
    items = replace(items, noise=about)
    keys = np.asarray(ORDERS.load(order).keys(items, records), dtype=np.float64)
    return [records[place].record_id for place in np.argsort(keys, kind="stable").tolist()]
