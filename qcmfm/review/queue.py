"""The review queue: records that pass the filters, in an order."""

from qcmfm.review import orders
from qcmfm.review.filters import Filters
from qcmfm.review.items import Items


def queue(items: Items, filters: Filters | None = None, order: str = orders.DEFAULT) -> list[str]:
    """The ids of the records that pass the filters, those most worth reviewing first.

    Args:
        items: Records, predictions and review state.
        filters: Filters to apply; None for all records.
        order: Name of an order, one of `orders.names()`.

    Raises:
        ReviewError: There is no such order, or the data that it needs is missing.
    """
    records = (filters or Filters()).chosen(items)
    return orders.arranged(order, items, records)
