"""Home: what is here, and where to go."""

import streamlit as st

from qcmfm import service
from qcmfm.ui.home.overview import show_collections, show_models, show_overview, show_photos
from qcmfm.ui.home.tour import show_tour_link
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.suggestion import QUANTUM_PARTS
from qcmfm.ui.shell.language import _

st.title("QCMFM Studio")
st.markdown(
    _(
        "Label, check and search digitised museum collections. The software proposes a "
        "label and shows why; you decide."
    )
)
with st.container(horizontal=True):
    page_link("collections", _("Look through the collections"), ":material/grid_view:")
    page_link("classify", _("Label a photo"), ":material/image_search:")
    page_link("review", _("Review proposals"), ":material/rate_review:")
    page_link("guide", _("Guide"), ":material/menu_book:")
with error_boundary():
    show_tour_link()

with error_boundary():
    collections, errors = service.list_collections()
    show_overview(collections)
    show_collections(collections, errors)
    show_photos()

st.header(_("Models"))
with error_boundary():
    show_models()
with error_boundary():
    st.caption(_(service.study_sentence()))
st.caption(_(QUANTUM_PARTS))
