"""Collections: look through the records, and at what a model makes of one."""

import streamlit as st

from qcmfm import service
from qcmfm.ui.browse.records import (
    choose_records,
    close_record,
    offer_drawing,
    show_record,
    show_thumbnails,
)
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import _

st.title(_("Collections"))
st.markdown(_("Look through the records; open one to see what a model proposes, and why."))

with error_boundary():
    names = list(service.collection_folders())
    if not names:
        st.info(_("No collection is here yet. Label a photo on Classify and save it."))
        st.stop()
    name = st.selectbox(
        _("Collection"), names, key="collection", bind="query-params", persist_state="session",
        width=260, on_change=close_record,
    )  # fmt: skip
    collection = service.open_collection(name)
    opened = st.query_params.get("record", "")
    records = {record.record_id: record for record in collection.records}
    if opened in records:
        show_record(name, collection, records[opened])
    else:
        offer_drawing(name)
        show_thumbnails(collection, choose_records(collection))
