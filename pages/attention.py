"""Attention: where the model attended, and what was measured beside that."""

import streamlit as st

from qcmfm.ui.address import Address
from qcmfm.ui.attention_map import show_attention
from qcmfm.ui.beside import show_sections
from qcmfm.ui.language import _
from qcmfm.ui.looking import choose_looked
from qcmfm.ui.resources import explained
from qcmfm.ui.widgets import SIMULATED, percent, plain, told, words_for

st.title(_("Attention"))
st.markdown(
    _(
        "Where the model attended in a photo, and beside it what was measured: what "
        "happens when that part is hidden, what photo and caption gave, and how sure it is."
    )
)
with told():
    Address("attention")
    looked = choose_looked()
    if looked is None:
        st.stop()
    evidence = explained(looked.run, looked.submission)
    best = evidence.probabilities[evidence.label]
    st.header(
        _("Proposed: {label} · {best}").format(
            label=plain(words_for(evidence.label)), best=percent(best)
        ),
        anchor=False,
    )
    show_attention(looked, evidence)
    show_sections(looked, evidence)
    if evidence.quantum:
        st.caption(_(SIMULATED))
