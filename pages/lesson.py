"""Lesson: five steps from a photo to a label, in ten minutes."""

import streamlit as st

from qcmfm.ui.lab.inputs import NOISE_FREE, choose_circuit_inputs
from qcmfm.ui.lab.lesson import show_lesson
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.records import records
from qcmfm.ui.shell.language import _

st.title(_("Lesson"))
st.markdown(
    _(
        "From a photo to a label in five steps, one question each, about ten minutes. No "
        "knowledge of physics is needed."
    )
)
with error_boundary():
    address = Address("lesson")
    found = choose_circuit_inputs(address)
    show_lesson(address, found, records(address.get("collection")))
st.caption(_(NOISE_FREE))
