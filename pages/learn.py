"""Learn: a better model from what reviewers decided, or a first one from a museum's own labels."""

import streamlit as st

from qcmfm.ui.models.retraining import choose_collection, show_learning
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.reviewer import offer_other_reviewer, reviewer
from qcmfm.ui.shared.suggestion import SIMULATED
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
    show_learning(choose_collection("learn-collection"), name)
    offer_other_reviewer(name)
st.caption(_(SIMULATED))
