"""Bulk: decide on many records of one label at once."""

import streamlit as st

from qcmfm.ui.review.grid import choose_label, show_grid
from qcmfm.ui.review.queue_address import Link
from qcmfm.ui.review.session import choose_desk, choose_shown, start_bar
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.reviewer import offer_other_reviewer, reviewer
from qcmfm.ui.shared.suggestion import SIMULATED
from qcmfm.ui.shell.language import _

st.title(_("Bulk"))
st.markdown(
    _("Look over the records of one label, pick out those that fit, and decide on the lot.")
)
with error_boundary():
    link = Link("bulk")
    name = reviewer()
    bar = start_bar()
    desk = choose_desk(link, bar)
    choose_shown(link, desk, bar)
    choose_label(link, desk, bar)
    show_grid(desk, link, name)
    offer_other_reviewer(name)
st.caption(_(SIMULATED))
