"""What a page shows, in its address: it survives a reload and a page switch, and can be shared."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from qcmfm.review import orders
from qcmfm.review.filters import Filters
from qcmfm.review.state import STATUSES
from qcmfm.ui.language import restore

ANSWERED = STATUSES[1:]


class Link:
    """The address of a page; one that is opened without any is as it was left.

    Args:
        page: Of which page; each remembers its own.
    """

    def __init__(self, page: str):
        self._memory = f"link-{page}"
        start = {"status": ["open"], **st.session_state.get("link-desk", {})}
        restore(st.session_state.get(self._memory, start))
        self._remember()

    def get(self, name: str) -> str:
        """A parameter; empty where the address has none."""
        return st.query_params.get(name, "")

    def set(self, **values: str) -> None:
        """Change parameters; an empty value takes one out."""
        for name, value in values.items():
            if value == self.get(name):
                continue  # every change is told to the browser
            if value:
                st.query_params[name] = value
            else:
                del st.query_params[name]
        self._remember()

    @property
    def filters(self) -> Filters:
        """What is shown."""
        return Filters.from_query(_all())

    @filters.setter
    def filters(self, filters: Filters) -> None:
        of_filters = set(Filters(("x",), STATUSES, ("x",), ("",), "x", 0.1, 0.9, "x").to_query())
        kept = {name: values for name, values in _all().items() if name not in of_filters}
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
        found = _all()
        st.session_state[self._memory] = found
        shared = {name: found[name] for name in ("collection", "model") if name in found}
        st.session_state["link-desk"] = st.session_state.get("link-desk", {}) | shared


def _all() -> Mapping[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}
