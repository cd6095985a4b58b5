"""Lesson: five steps from a photo to a label, in ten minutes."""

import streamlit as st

from qcmfm.ui.address import Address
from qcmfm.ui.lab import NOISE_FREE, choose_material
from qcmfm.ui.language import _
from qcmfm.ui.lesson import show_lesson
from qcmfm.ui.records import records
from qcmfm.ui.widgets import told

st.title(_("Lesson"))
st.markdown(
    _(
        "From a photo to a label in five steps, one question each, about ten minutes. No "
        "knowledge of physics is needed."
    )
)
with told():
    address = Address("lesson")
    found = choose_material(address)
    show_lesson(address, found, records(address.get("collection")))
st.caption(_(NOISE_FREE))
