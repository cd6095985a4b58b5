"""Noise lab: what a noisy device would make of the labels."""

import streamlit as st

from qcmfm.ui.lab.inputs import NOISE_FREE, choose_circuit_inputs
from qcmfm.ui.lab.noise_lab import show_lab
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.records import records
from qcmfm.ui.shell.language import _

st.title(_("Noise lab"))
st.markdown(
    _(
        "On real quantum devices every gate goes a little wrong. Choose what goes wrong "
        "and how much, and see which labels would change."
    )
)
with error_boundary():
    address = Address("noise")
    found = choose_circuit_inputs(address)
    show_lab(address, found, records(address.get("collection")))
st.caption(_(NOISE_FREE))
