"""Review: one record after the other, from a proposed label to a decision."""

import streamlit as st

from qcmfm.ui.desk import choose_desk, choose_shown, start_bar
from qcmfm.ui.language import _
from qcmfm.ui.link import Link
from qcmfm.ui.queue import show_queue
from qcmfm.ui.reviewer import offer_other_reviewer, reviewer
from qcmfm.ui.widgets import SIMULATED, told

st.title(_("Review"))
st.markdown(
    _("Go through the records one by one: accept the proposed label, or say what is right.")
)
with told():
    link = Link("review")
    name = reviewer()
    bar = start_bar()
    desk = choose_desk(link, bar)
    choose_shown(link, desk, bar)
    show_queue(desk, link, name)
    offer_other_reviewer(name)
st.caption(_(SIMULATED))
