"""Guide: what to do, task by task, the keys, and the few words that are used."""

import streamlit as st

from qcmfm.ui.settings.guide import show_keys, show_tasks, show_words
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import _

st.title(_("Guide"))
st.markdown(_("Short answers to “how do I …”, for whoever you are today."))
with error_boundary():
    show_tasks(Address("guide"))
    st.divider()
    show_keys()
    st.divider()
    show_words()
