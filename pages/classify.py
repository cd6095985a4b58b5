"""Classify: a photo and a caption in, a proposed label with its evidence out."""

import streamlit as st

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.ui.import_export.submission import choose_run, save, show_submission, upload_photos
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.reviewer import name_field
from qcmfm.ui.shared.suggestion import SIMULATED
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import permission_options

st.title(_("Classify"))
st.markdown(
    _("Drop a photo, type what the catalogue says of it, and see which label the model proposes.")
)

run = choose_run()
files = upload_photos()
shown = [show_submission(run, file, several=len(files) > 1) for file in files or [None]]
items = [item for item in shown if item is not None]
if not items:
    st.stop()

st.divider()
if any(item.answer.quantum for item in items):
    st.caption(_(SIMULATED))
left, right = st.columns(2, vertical_alignment="bottom")
name = left.text_input(_("Save to the collection"), "uploads", key="collection")
who = name_field(left) if any(item.label for item in items) else ""
if left.button(_("Save"), type="primary", **permission_options(Permission.ADD)):
    with error_boundary():
        st.success(save(name, items, who), icon=":material/check:")
right.download_button(
    _("Download labelled CSV"),
    service.labelled_csv([(item.submission, item.answer.prediction) for item in items]),
    "labelled.csv",
    "text/csv",
)
