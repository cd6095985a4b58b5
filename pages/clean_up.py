"""Clean up: recorded labels that are probably wrong, worst first."""

import streamlit as st

from qcmfm.ui.review.doubtful_labels import show_doubtful_labels
from qcmfm.ui.shared.collections import choose_collection, open_address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.reviewer import reviewer, show_reviewer
from qcmfm.ui.shared.suggestion import QUANTUM_PARTS
from qcmfm.ui.shell.language import _

st.title(_("Clean up"))
st.markdown(_("Recorded labels that are probably wrong, the most doubtful first. You decide."))
with error_boundary():
    name = reviewer()
    show_doubtful_labels(choose_collection(open_address("clean_up")), name)
    show_reviewer(name)
st.caption(_(QUANTUM_PARTS))
