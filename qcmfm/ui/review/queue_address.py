"""What a page shows, in its address: it survives a reload and a page switch, and can be shared."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from qcmfm.review import orders
from qcmfm.review.filters import Filters
from qcmfm.review.state import STATUSES
from qcmfm.ui.shared.address import Address, last_reviewed, note_reviewed, parameters

ANSWERED = STATUSES[1:]


class Link(Address):
    """The address of a page that shows a queue; it begins with what was reviewed last.

    Args:
        page: Of which page; each remembers its own.
    """

    def __init__(self, page: str):
        desk = {name: [value] for name, value in last_reviewed().items()}
        super().__init__(page, {"status": ["open"], **desk})

    @property
    def filters(self) -> Filters:
        """What is shown."""
        return Filters.from_query(parameters())

    @filters.setter
    def filters(self, filters: Filters) -> None:
        of_filters = set(Filters(("x",), STATUSES, ("x",), ("",), "x", 0.1, 0.9, "x").to_query())
        kept = {name: values for name, values in parameters().items() if name not in of_filters}
        st.query_params.from_dict({**kept, **filters.to_query()})
        self._remember()

    def change(self, **values: Sequence[str] | str | float) -> None:
        """Change some of the filters."""
        self.filters = replace(self.filters, **values)  # pyright: ignore[reportArgumentType]

    @property
    def order(self) -> str:
        """The order of the queue; the default where the address names none that there is."""
        found = self.get("order")
        return found if orders.parts(found)[0] in orders.names() else orders.DEFAULT

    def _remember(self) -> None:
        super()._remember()
        found = {name: self.get(name) for name in ("collection", "model")}
        note_reviewed(**{name: value for name, value in found.items() if value})
