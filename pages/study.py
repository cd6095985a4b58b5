"""Study: how the models compare, and whether the differences are larger than chance."""

import streamlit as st

from qcmfm import service
from qcmfm.ui.models.studies import show_ablation, show_comparisons
from qcmfm.ui.models.study_curves import show_noise, show_views
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import _

st.title(_("Study"))
with error_boundary():
    st.markdown(
        _(
            "How the models compare, and whether the differences are larger than chance. All were "
            "trained on the same records; quantum models are **simulated** on an ordinary computer."
        )
    )
    parts = {
        _("Models"): (show_comparisons, service.comparison),
        _("Parts of the QCMFM"): (show_ablation, service.ablation),
        _("Two views of an image"): (show_views, service.view_curves),
        _("Under noise"): (show_noise, service.noise_curves),
    }
    there = {}
    for title, (show, read) in parts.items():
        with error_boundary():  # results that cannot be read hide no others
            results = read()
            if results:
                there[title] = (show, results)
            elif show is show_comparisons:
                st.info(_("No comparison is here yet. Run `python -m qcmfm study compare`."))
    tabs = st.tabs(list(there), key="study-part", on_change="rerun") if there else ()
    for tab, (show, results) in zip(tabs, there.values(), strict=True):
        if tab.open:
            with tab:
                show(results)
