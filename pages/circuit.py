"""Circuit: what happens between the photo and the label, gate by gate."""

import streamlit as st

from qcmfm.ui.address import Address
from qcmfm.ui.circuit import show_circuit
from qcmfm.ui.lab import NOISE_FREE, choose_material
from qcmfm.ui.language import _
from qcmfm.ui.playground import show_playground
from qcmfm.ui.records import records
from qcmfm.ui.widgets import told

st.title(_("Circuit"))
st.markdown(
    _(
        "Follow one record through the trained circuit. A photo and a caption become the "
        "amplitudes of a few simulated qubits; gates mix them; what is read at the end "
        "decides on the label."
    )
)
with told():
    address = Address("circuit")
    found = choose_material(address, forget=("record", "off", "step"))
    show_circuit(address, found, records(address.get("collection")))
    show_playground(address)
st.caption(_(NOISE_FREE))
