"""Map: a collection laid out so that similar records are near each other."""

import streamlit as st

from qcmfm.ui.browse.map import show_map
from qcmfm.ui.shared.collections import choose_collection, open_address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import _

st.title(_("Map"))
st.markdown(_("The whole collection at a glance: records that look or read alike lie together."))
with error_boundary():
    address = open_address("map")
    show_map(address, choose_collection(address))
