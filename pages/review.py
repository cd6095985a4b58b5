"""Review: one record after the other, from a proposed label to a decision."""

import streamlit as st

from qcmfm.ui.review.queue import show_queue
from qcmfm.ui.review.queue_address import Link
from qcmfm.ui.review.session import choose_desk, choose_shown, start_bar
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.reviewer import offer_other_reviewer, reviewer
from qcmfm.ui.shared.suggestion import SIMULATED
from qcmfm.ui.shell.language import _

st.title(_("Review"))
st.markdown(
    _("Go through the records one by one: accept the proposed label, or say what is right.")
)
with error_boundary():
    link = Link("review")
    name = reviewer()
    bar = start_bar()
    desk = choose_desk(link, bar)
    choose_shown(link, desk, bar)
    show_queue(desk, link, name)
    offer_other_reviewer(name)
st.caption(_(SIMULATED))
