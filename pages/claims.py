"""Claims: what may be said of this model and what not, and what the words mean."""

import streamlit as st

from qcmfm.ui.claims import show_claims, show_glossary
from qcmfm.ui.language import _
from qcmfm.ui.resources import settled
from qcmfm.ui.widgets import told

st.title(_("Claims"))
st.markdown(
    _(
        "What may be said of this software and what not: six sentences one hears, and what "
        "was measured."
    )
)
with told():
    settled()
    show_claims()
    st.divider()
    show_glossary()
