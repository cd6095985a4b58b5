"""Records + predictions + state -> the records to look at, in order."""

from qcmfm.review import orders
from qcmfm.review.filters import Filters
from qcmfm.review.items import Items


def queue(items: Items, filters: Filters | None = None, order: str = orders.DEFAULT) -> list[str]:
    """The ids of the records that pass the filters, those most worth a look first.

    Args:
        items: The records and what is known of them.
        filters: Which of them; None for all.
        order: One of `orders.names()`.

    Raises:
        ReviewError: There is no such order, or it lacks what it needs.
    """
    records = (filters or Filters()).chosen(items)
    return orders.arranged(order, items, records)
