"""What was measured beside the attention, in tabs; only the one that is open is drawn."""

import streamlit as st

from qcmfm.explanation import Explanation
from qcmfm.ui.comparing import show_comparison
from qcmfm.ui.language import _
from qcmfm.ui.looking import Looked
from qcmfm.ui.sections import show_occlusion, show_shares, show_words
from qcmfm.ui.sureness import show_sureness
from qcmfm.ui.trusting import show_trusts
from qcmfm.ui.widgets import told


def show_sections(looked: Looked, evidence: Explanation) -> None:
    """All tabs. Figures in tabs that nobody opened would keep the page busy for seconds."""
    hide, give, words, sure, models = st.tabs(
        [
            _("Hide and see"),
            _("Photo and caption"),
            _("Words that mattered"),
            _("How sure"),
            _("Compare models"),
        ],
        key="attention-section",
        on_change="rerun",
    )
    if hide.open:
        with hide, told():
            show_occlusion(looked, evidence)
    if give.open:
        with give, told():
            show_shares(evidence)
            show_trusts(evidence)
    if words.open:
        with words, told():
            show_words(evidence)
    if sure.open:
        with sure, told():
            show_sureness(looked, evidence)
    if models.open:
        with models, told():
            show_comparison(looked)
