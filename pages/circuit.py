"""Circuit: what happens between the photo and the label, gate by gate."""

import streamlit as st

from qcmfm.ui.lab.circuit import show_circuit
from qcmfm.ui.lab.inputs import NOISE_FREE, choose_circuit_inputs
from qcmfm.ui.lab.playground import show_playground
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.records import records
from qcmfm.ui.shell.language import _

st.title(_("Circuit"))
st.markdown(
    _(
        "Follow one record through the trained circuit. A photo and a caption become the "
        "amplitudes of a few simulated qubits; gates mix them; what is read at the end "
        "decides on the label."
    )
)
with error_boundary():
    address = Address("circuit")
    found = choose_circuit_inputs(address, clears=("record", "off", "step"))
    show_circuit(address, found, records(address.get("collection")))
    show_playground(address)
st.caption(_(NOISE_FREE))
