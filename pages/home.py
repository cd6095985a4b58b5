"""Home: what is here, and where to go."""

import streamlit as st

from qcmfm import service
from qcmfm.ui.home.overview import show_overview, show_photos
from qcmfm.ui.home.tour import show_tour_link
from qcmfm.ui.shared.errors import error_boundary, show_error
from qcmfm.ui.shared.formatting import listed, plain, words_for
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.suggestion import SIMULATED
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
    st.header(_("Collections"))
    for error in errors:
        show_error(error)
    if collections:
        st.dataframe(
            [
                {
                    _("Collection"): words_for(summary.name),
                    _("Records"): summary.records,
                    _("With a label"): sum(summary.labels.values()),
                    _("Reviewed"): summary.reviewed,
                    _("Rows to check"): summary.problems,
                    _("From"): _("this program") if summary.built_in else _("you"),
                }
                for summary in collections
            ],
            hide_index=True,
            alt=_("The collections with their numbers of records"),
        )
    show_photos()

st.header(_("Models"))
with error_boundary():
    summaries, errors = service.list_run_summaries()
    for error in errors:
        show_error(error)
    rows = [
        {
            _("Model"): plain(words_for(summary.name)),
            _("Tells apart"): plain(listed(summary.labels)),
            _("Right on"): _("{accuracy:.0%} of {measured_on} records").format(
                accuracy=summary.accuracy, measured_on=_(summary.measured_on)
            ),
            _("Trained"): summary.created[:10],
        }
        for summary in summaries
    ]
    if rows:
        st.table(
            rows, hide_index=True, border="horizontal",
            alt=_("Trained models with their labels and accuracy"),
        )  # fmt: skip
with error_boundary():
    st.caption(_(service.study_sentence()))
st.caption(_(SIMULATED))
