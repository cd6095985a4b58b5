"""Home: what is here, and where to go."""

import streamlit as st

from qcmfm import service
from qcmfm.ui.browsing import show_some
from qcmfm.ui.overview import show_overview
from qcmfm.ui.tour import offer_tour
from qcmfm.ui.widgets import SIMULATED, listed, page_link, show_error, told

st.title("QCMFM Studio")
st.markdown(
    "Label, check and search digitised museum collections. "
    "The software proposes a label and shows why; you decide."
)
with st.container(horizontal=True):
    page_link("collections", "Look through the collections", ":material/grid_view:")
    page_link("classify", "Label a photo", ":material/image_search:")
    page_link("review", "Review proposals", ":material/rate_review:")
    page_link("guide", "Guide", ":material/menu_book:")
with told():
    offer_tour()

with told():
    collections, errors = service.list_collections()
    show_overview(collections)
    st.header("Collections")
    for error in errors:
        show_error(error)
    if collections:
        st.dataframe(
            [
                {
                    "Collection": summary.name,
                    "Records": summary.records,
                    "With a label": sum(summary.labels.values()),
                    "Reviewed": summary.reviewed,
                    "Rows to check": summary.problems,
                    "From": "this program" if summary.built_in else "you",
                }
                for summary in collections
            ],
            hide_index=True,
            alt="The collections with their numbers of records",
        )
    show_some()

st.header("Models")
with told():
    summaries, errors = service.list_run_summaries()
    for error in errors:
        show_error(error)
    rows = [
        {
            "Model": summary.name,
            "Tells apart": listed(summary.labels),
            "Right on": f"{summary.accuracy:.0%} of {summary.measured_on} records",
            "Trained": summary.created[:10],
        }
        for summary in summaries
    ]
    st.dataframe(rows, hide_index=True, alt="Trained models with their labels and accuracy")
with told():
    st.caption(service.study_sentence())
st.caption(SIMULATED)
