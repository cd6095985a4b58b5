"""Links from one page to another."""

import streamlit as st

from qcmfm.core import settings

_PAGES = settings.shipped("pages")


def page_link(name: str, label: str, icon: str | None = None, **query: str) -> None:
    """A link to a page.

    Args:
        name: Of its file in `pages/`, without `.py`.
        label: What the visitor reads.
        icon: Before the label, as Streamlit writes it.
        **query: Parameters of the page's address.
    """
    st.page_link(_PAGES / f"{name}.py", label=label, icon=icon, query_params=query or None)
