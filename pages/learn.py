"""Learn: a better model from what reviewers decided, or a first one from a museum's own labels."""

import streamlit as st

from qcmfm.ui.models.retraining import show_learning
from qcmfm.ui.shared.collections import choose_collection, open_address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.reviewer import reviewer, show_reviewer
from qcmfm.ui.shared.suggestion import QUANTUM_PARTS
from qcmfm.ui.shell.language import _

st.title(_("Learn"))
st.markdown(
    _(
        "Train a model on the labels that were recorded and decided, see on the same test "
        "records whether it got better, and choose which one proposes labels."
    )
)
with error_boundary():
    name = reviewer()
    show_learning(choose_collection(open_address("learn")), name)
    show_reviewer(name)
st.caption(_(QUANTUM_PARTS))
