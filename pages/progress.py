"""Progress: how far the review is, how it goes, and its files for other programs."""

import streamlit as st

from qcmfm.ui.desk import choose_desk, start_bar
from qcmfm.ui.figures import (
    show_agreement,
    show_confidence,
    show_corrections,
    show_counts,
    show_days,
    show_exports,
)
from qcmfm.ui.lab import wrapping
from qcmfm.ui.language import _
from qcmfm.ui.link import Link
from qcmfm.ui.widgets import told

st.title(_("Progress"))
st.markdown(
    _("How far the review of a collection is, how it goes, and its results as files to take away.")
)
with told():
    desk = choose_desk(Link("progress"), start_bar())
    show_counts(desk)
    show_exports(desk)
    left, right = wrapping("figures", 280).columns(2, gap="medium")
    with left:
        show_days(desk)
        show_agreement(desk)
    with right:
        show_corrections(desk)
        show_confidence(desk)
