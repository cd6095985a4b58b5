"""Search: find records by words, by a photo, or by what they are like."""

import streamlit as st

from qcmfm.ui.language import _
from qcmfm.ui.learning import choose_collection
from qcmfm.ui.searching import show_search
from qcmfm.ui.widgets import told

st.title(_("Search"))
st.markdown(_("Find records by words, by a photo, or by their like; photos without a caption too."))
with told():
    show_search(choose_collection("search-collection"))
