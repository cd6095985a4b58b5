"""Attention: where the model attended, and what was measured beside that."""

import streamlit as st

from qcmfm.ui.review.evidence.attention_map import show_attention
from qcmfm.ui.review.evidence.subject import choose_subject
from qcmfm.ui.review.evidence.tabs import show_sections
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import percent, plain, words_for
from qcmfm.ui.shared.resources import explain_submission
from qcmfm.ui.shared.suggestion import SIMULATED
from qcmfm.ui.shell.language import _

st.title(_("Attention"))
st.markdown(
    _(
        "Where the model attended in a photo, and beside it what was measured: what "
        "happens when that part is hidden, what photo and caption gave, and how sure it is."
    )
)
with error_boundary():
    address = Address("attention")
    subject = choose_subject(address)
    if subject is None:
        st.stop()
    evidence = explain_submission(subject.run, subject.submission)
    best = evidence.probabilities[evidence.label]
    st.header(
        _("Proposed: {label} · {best}").format(
            label=plain(words_for(evidence.label)), best=percent(best)
        ),
        anchor=False,
    )
    show_attention(address, subject, evidence)
    show_sections(address, subject, evidence)
    if evidence.quantum:
        st.caption(_(SIMULATED))
