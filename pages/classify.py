"""Classify: a photo and a caption in, a proposed label with its evidence out."""

import streamlit as st

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.core.settings import DEFAULT_RUN
from qcmfm.ui.import_export.submission import save, show_submission
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import words_for
from qcmfm.ui.shared.reviewer import name_field
from qcmfm.ui.shared.suggestion import SIMULATED
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import permission_options

MAX_PHOTOS = 50

st.title(_("Classify"))
st.markdown(
    _("Drop a photo, type what the catalogue says of it, and see which label the model proposes.")
)

runs = list(service.run_folders())
if not runs:
    st.info(_("No model is here yet. Train one: `python -m qcmfm train --help`."))
    st.stop()
run = runs[0]
if len(runs) > 1:
    first = runs.index(DEFAULT_RUN) if DEFAULT_RUN in runs else 0
    run = st.selectbox(
        _("Model"), runs, first, key="run", persist_state="session",
        format_func=words_for, width=260,
    )  # fmt: skip

files = st.file_uploader(_("Photos"), accept_multiple_files=True)
if len(files) > MAX_PHOTOS:
    st.info(
        _("The first {most} photos are shown. For more, use `python -m qcmfm predict`.").format(
            most=MAX_PHOTOS
        )
    )
    files = files[:MAX_PHOTOS]
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
