"""Clean up: recorded labels that are probably wrong, worst first."""

import streamlit as st

from qcmfm.ui.cleaning import show_cleaning
from qcmfm.ui.language import _
from qcmfm.ui.learning import choose_collection
from qcmfm.ui.reviewer import offer_other_reviewer, reviewer
from qcmfm.ui.widgets import SIMULATED, told

st.title(_("Clean up"))
st.markdown(_("Recorded labels that are probably wrong, the most doubtful first. You decide."))
with told():
    name = reviewer()
    show_cleaning(choose_collection("clean-collection"), name)
    offer_other_reviewer(name)
st.caption(_(SIMULATED))
