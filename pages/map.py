"""Map: a collection laid out so that what is alike lies together."""

import streamlit as st

from qcmfm.ui.language import _
from qcmfm.ui.learning import choose_collection
from qcmfm.ui.mapping import show_map
from qcmfm.ui.widgets import told

st.title(_("Map"))
st.markdown(_("The whole collection at a glance: records that look or read alike lie together."))
with told():
    show_map(choose_collection("map-collection"))
