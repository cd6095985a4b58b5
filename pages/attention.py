"""Attention: where the model attended, and what was measured beside that."""

import streamlit as st

from qcmfm.ui.attention_map import show_attention
from qcmfm.ui.comparing import show_comparison
from qcmfm.ui.looking import choose_looked
from qcmfm.ui.resources import explained
from qcmfm.ui.sections import show_occlusion, show_shares, show_words
from qcmfm.ui.sureness import show_sureness
from qcmfm.ui.trusting import show_trusts
from qcmfm.ui.viewed import remember
from qcmfm.ui.widgets import SIMULATED, plain, told, words_for

st.title("Attention")
st.markdown(
    "Where the model attended in a photo, and beside it what was measured: "
    "what happens when that part is hidden, what photo and caption gave, and how sure it is."
)
with told():
    remember("attention")
    looked = choose_looked()
    if looked is None:
        st.stop()
    evidence = explained(looked.run, looked.submission)
    best = evidence.probabilities[evidence.label]
    st.header(f"Proposed: {plain(words_for(evidence.label))} · {best:.0%}", anchor=False)
    show_attention(looked, evidence)
    hide, give, words, sure, models = st.tabs(
        ["Hide and see", "Photo and caption", "Words that mattered", "How sure", "Compare models"]
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
        st.caption(SIMULATED)
