"""The address of a page that shows a review queue: its filters and its order."""

from collections.abc import Sequence
from dataclasses import replace

from qcmfm.review import orders
from qcmfm.review.filters import Filters
from qcmfm.review.state import STATUSES
from qcmfm.ui.shared.address import Address, last_reviewed, parameters

REVIEWED = STATUSES[1:]
_OF_FILTERS = tuple(Filters(("x",), STATUSES, ("x",), ("",), "x", 0.1, 0.9, "x").to_query())


class QueueAddress(Address):
    """An address that is read as filters and an order; it begins with what was reviewed last.

    Args:
        page: Name of the page.
    """

    def __init__(self, page: str):
        last = {name: [value] for name, value in last_reviewed().items()}
        super().__init__(page, {"status": ["open"], **last})

    @property
    def filters(self) -> Filters:
        """What is shown."""
        return Filters.from_query(parameters())

    @filters.setter
    def filters(self, filters: Filters) -> None:
        self.replace(_OF_FILTERS, **filters.to_query())

    def change(self, **values: Sequence[str] | str | float) -> None:
        """Change some of the filters."""
        self.filters = replace(self.filters, **values)  # pyright: ignore[reportArgumentType]

    @property
    def order(self) -> str:
        """The order of the queue; the default where the address names none that there is."""
        found = self.get("order")
        return found if orders.parts(found)[0] in orders.names() else orders.DEFAULT
