"""Learn: a better model from what reviewers decided, or a first one from a museum's own labels."""

import streamlit as st

from qcmfm.ui.language import _
from qcmfm.ui.learning import choose_collection, show_learning
from qcmfm.ui.reviewer import offer_other_reviewer, reviewer
from qcmfm.ui.widgets import SIMULATED, told

st.title(_("Learn"))
st.markdown(
    _(
        "Train a model on the labels that were recorded and decided, see on the same test "
        "records whether it got better, and choose which one proposes labels."
    )
)
with told():
    name = reviewer()
    show_learning(choose_collection("learn-collection"), name)
    offer_other_reviewer(name)
st.caption(_(SIMULATED))
