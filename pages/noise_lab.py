"""Noise lab: what a noisy device would make of the labels."""

import streamlit as st

from qcmfm.ui.address import Address
from qcmfm.ui.lab import NOISE_FREE, choose_material
from qcmfm.ui.language import _
from qcmfm.ui.noise_lab import show_lab
from qcmfm.ui.records import records
from qcmfm.ui.widgets import told

st.title(_("Noise lab"))
st.markdown(
    _(
        "On real quantum devices every gate goes a little wrong. Choose what goes wrong "
        "and how much, and see which labels would change."
    )
)
with told():
    address = Address("noise")
    found = choose_material(address)
    show_lab(address, found, records(address.get("collection")))
st.caption(_(NOISE_FREE))
