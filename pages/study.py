"""Study: how the models compare, and whether the differences are larger than chance."""

import streamlit as st

from qcmfm import service
from qcmfm.ui.language import _
from qcmfm.ui.studies import (
    choose_part,
    show_ablation,
    show_comparison,
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
    if found:
        show_comparison(choose_part(found))
    else:
        st.info(_("No comparison is here yet. Run `python -m qcmfm study compare`."))
    show_ablation(service.ablation())
    show_views(service.view_curves())
    show_noise(service.noise_curves())
