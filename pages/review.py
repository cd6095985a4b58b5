"""Review: one record after the other, from a proposed label to a decision."""

import streamlit as st

from qcmfm.ui.review.log_notices import show_log_summary
from qcmfm.ui.review.queue import show_queue
from qcmfm.ui.review.queue_address import QueueAddress
from qcmfm.ui.review.session import choice_bar, choose_session, choose_shown
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.reviewer import reviewer, show_reviewer
from qcmfm.ui.shared.suggestion import show_model_note
from qcmfm.ui.shell.language import _

st.title(_("Review"))
st.markdown(
    _("Go through the records one by one: accept the proposed label, or say what is right.")
)
with error_boundary():
    address = QueueAddress("review")
    name = reviewer()
    bar = choice_bar()
    session = choose_session(address, bar)
    choose_shown(address, session, bar)
    show_log_summary(session)
    show_queue(session, address, name)
    show_reviewer(name)
    show_model_note(address.get("model"), session.predictions)
