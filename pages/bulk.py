"""Bulk: decide on many records of one label at once."""

import streamlit as st

from qcmfm.ui.review.grid import choose_label, show_grid
from qcmfm.ui.review.queue_address import QueueAddress
from qcmfm.ui.review.session import choice_bar, choose_session, choose_shown
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.reviewer import reviewer, show_reviewer
from qcmfm.ui.shared.suggestion import show_model_note
from qcmfm.ui.shell.language import _

st.title(_("Bulk"))
st.markdown(
    _("Look over the records of one label, pick out those that fit, and decide on the lot.")
)
with error_boundary():
    address = QueueAddress("bulk")
    name = reviewer()
    bar = choice_bar()
    session = choose_session(address, bar)
    choose_shown(address, session, bar)
    choose_label(address, session, bar)
    show_grid(session, address, name)
    show_reviewer(name)
    show_model_note(address.get("model"), session.predictions)
