"""What was measured beside the attention, in tabs; only the one that is open is drawn."""

import streamlit as st

from qcmfm.explanation import Explanation
from qcmfm.ui.review.evidence.comparison import show_comparison
from qcmfm.ui.review.evidence.confidence import show_confidence
from qcmfm.ui.review.evidence.sections import show_occlusion, show_shares, show_words
from qcmfm.ui.review.evidence.subject import Subject
from qcmfm.ui.review.evidence.trusts import show_trusts
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import _


def show_sections(address: Address, subject: Subject, evidence: Explanation) -> None:
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
        with hide, error_boundary():
            show_occlusion(subject, evidence)
    if give.open:
        with give, error_boundary():
            show_shares(evidence)
            show_trusts(evidence)
    if words.open:
        with words, error_boundary():
            show_words(evidence)
    if sure.open:
        with sure, error_boundary():
            show_confidence(address, subject, evidence)
    if models.open:
        with models, error_boundary():
            show_comparison(subject)
