"""Claims: what may be said of this model and what not, and what the words mean."""

import streamlit as st

from qcmfm.ui.lab.claims import show_claims
from qcmfm.ui.lab.glossary import show_glossary
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.resources import prepare_light_page
from qcmfm.ui.shell.language import _

st.title(_("Claims"))
st.markdown(
    _(
        "What may be said of this software and what not: six sentences one hears, and what "
        "was measured."
    )
)
with error_boundary():
    prepare_light_page()
    show_claims()
    st.divider()
    show_glossary(Address("claims"))
