"""Clean up: recorded labels that are probably wrong, worst first."""

import streamlit as st

from qcmfm.ui.models.retraining import choose_collection
from qcmfm.ui.review.doubtful_labels import show_cleaning
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.reviewer import offer_other_reviewer, reviewer
from qcmfm.ui.shared.suggestion import SIMULATED
from qcmfm.ui.shell.language import _

st.title(_("Clean up"))
st.markdown(_("Recorded labels that are probably wrong, the most doubtful first. You decide."))
with error_boundary():
    name = reviewer()
    show_cleaning(choose_collection("clean-collection"), name)
    offer_other_reviewer(name)
st.caption(_(SIMULATED))
