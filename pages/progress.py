"""Progress: how far the review is, how it goes, and its files for other programs."""

import streamlit as st

from qcmfm.ui.review.log_notices import show_log_notices
from qcmfm.ui.review.progress import (
    show_agreement,
    show_confidence,
    show_corrections,
    show_counts,
    show_days,
    show_exports,
)
from qcmfm.ui.review.queue_address import QueueAddress
from qcmfm.ui.review.session import choice_bar, choose_session
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.layout import wrapping_container
from qcmfm.ui.shell.language import _

st.title(_("Progress"))
st.markdown(
    _("How far the review of a collection is, how it goes, and its results as files to take away.")
)
with error_boundary():
    session = choose_session(QueueAddress("progress"), choice_bar())
    show_counts(session)
    show_log_notices(session)
    show_exports(session)
    left, right = wrapping_container("figures", 280).columns(2, gap="medium")
    with left:
        show_days(session)
        show_agreement(session)
    with right:
        show_corrections(session)
        show_confidence(session)
