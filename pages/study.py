"""Study: how the models compare, and whether the differences are larger than chance."""

import streamlit as st

from qcmfm import service
from qcmfm.ui.language import _
from qcmfm.ui.studies import (
    show_ablation,
    show_comparisons,
    show_noise,
    show_views,
)
from qcmfm.ui.widgets import told

st.title(_("Study"))
with told():
    st.markdown(
        _(
            "How the models compare, and whether the differences are larger than chance. All were "
            "trained on the same records; quantum models are **simulated** on an ordinary computer."
        )
    )
    found = service.comparison()
    if not found:
        st.info(_("No comparison is here yet. Run `python -m qcmfm study compare`."))
    parts = {
        _("Models"): (show_comparisons, found),
        _("Parts of the QCMFM"): (show_ablation, service.ablation()),
        _("Two views of an image"): (show_views, service.view_curves()),
        _("Under noise"): (show_noise, service.noise_curves()),
    }
    there = {title: part for title, part in parts.items() if part[1]}
    tabs = st.tabs(list(there), key="study-part", on_change="rerun") if there else ()
    for tab, (show, results) in zip(tabs, there.values(), strict=True):
        if tab.open:
            with tab:
                show(results)
