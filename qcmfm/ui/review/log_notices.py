"""What a visitor should know about the review log: what is not used, and how to get it back."""

import streamlit as st

from qcmfm import service
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shell.language import _

LISTED = 100
"""Maximum number of rows that are listed for each notice."""


def show_log_notices(session: service.OpenReviewSession) -> None:
    """Each notice with what to do about it, and the rows that it is about."""
    for notice in session.review.notices(session.records):
        text = f"{plain(_(notice.text))}  \n{plain(_(notice.remedy))}"
        if notice.harmless:
            st.info(text, icon=":material/info:")
        else:
            st.warning(text, icon=":material/warning:")
        if notice.details:
            with st.expander(_("Which ones")):
                st.markdown("\n".join(f"- {plain(_(line))}" for line in notice.details[:LISTED]))


def show_log_summary(session: service.OpenReviewSession) -> None:
    """What is not used of the log, in one message; the page Progress says the rest."""
    found = [one for one in session.review.notices(session.records) if one.kind != "order"]
    if not found:
        return
    more = _("The page Progress says which, and how to get them back.")
    text = "  \n".join([*(plain(_(notice.text)) for notice in found), more])
    if all(notice.harmless for notice in found):
        st.info(text, icon=":material/info:")
    else:
        st.warning(text, icon=":material/warning:")
