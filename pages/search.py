"""Search: find records by words, by a photo, or by what they are like."""

import streamlit as st

from qcmfm.ui.browse.search import show_search
from qcmfm.ui.shared.collections import choose_collection, open_address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import _

st.title(_("Search"))
st.markdown(_("Find records by words, by a photo, or by their like; photos without a caption too."))
with error_boundary():
    address = open_address("search")
    show_search(address, choose_collection(address))
