"""Map: a collection laid out so that what is alike lies together."""

import streamlit as st

from qcmfm.ui.browse.map import show_map
from qcmfm.ui.models.retraining import choose_collection
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import _

st.title(_("Map"))
st.markdown(_("The whole collection at a glance: records that look or read alike lie together."))
with error_boundary():
    show_map(choose_collection("map-collection"))
