"""Choosing the collection that a page is about."""

import streamlit as st

from qcmfm import service
from qcmfm.ui.shared.address import Address, last_reviewed
from qcmfm.ui.shared.address_widgets import choose
from qcmfm.ui.shell.language import _


def open_address(page: str) -> Address:
    """The address of a page that, opened from the menu, shows the collection reviewed last."""
    last = last_reviewed().get("collection")
    return Address(page, follow={"collection": [last]} if last else None)


def choose_collection(address: Address) -> str:
    """Let the visitor choose a collection; stops the page where there is none.

    Args:
        address: Of the page.
    """
    names = list(service.collection_folders())
    if not names:
        st.info(_("No collection is here yet. Label a photo on Classify and save it."))
        st.stop()
    name = choose(
        address, _("Collection"), "collection", names, names[0], width=260, explicit=True,
        clears=("record", "like"),
    )  # fmt: skip
    address.set(collection=name)
    return name
