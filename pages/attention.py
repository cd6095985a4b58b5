"""Attention: where the model attended, and what was measured beside that."""

import streamlit as st

from qcmfm.ui.address import Address
from qcmfm.ui.attention_map import show_attention
from qcmfm.ui.comparing import show_comparison
from qcmfm.ui.language import _
from qcmfm.ui.looking import choose_looked
from qcmfm.ui.resources import explained
from qcmfm.ui.sections import show_occlusion, show_shares, show_words
from qcmfm.ui.sureness import show_sureness
from qcmfm.ui.trusting import show_trusts
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
    hide, give, words, sure, models = st.tabs(
        [
            _("Hide and see"),
            _("Photo and caption"),
            _("Words that mattered"),
            _("How sure"),
            _("Compare models"),
        ]
    )
    with hide, told():
        show_occlusion(looked, evidence)
    with give, told():
        show_shares(evidence)
        show_trusts(evidence)
    with words, told():
        show_words(evidence)
    with sure, told():
        show_sureness(looked, evidence)
    with models, told():
        show_comparison(looked)
    if evidence.quantum:
        st.caption(_(SIMULATED))
