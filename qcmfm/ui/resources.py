"""What is loaded once per server and shared by everybody."""

import gc

import streamlit as st

from qcmfm import service
from qcmfm.encoders.photo import content_hash


def labelled(run: str, submission: service.Submission) -> service.Labelled:
    """A submission's label; asked once for the same photo and caption.

    Raises:
        QcmfmError: The run cannot be opened or the submission not be labelled.
    """
    photo = content_hash(submission.photo)
    return _labelled(run, service.run_version(run), photo, submission.caption, submission)


@st.cache_resource(
    max_entries=4, show_spinner="Loading the model. This happens once after the server starts …"
)
def _labeller(run: str, version: str) -> service.Labeller:
    loaded = service.open_labeller(run)
    # Streamlit collects garbage after every click; with torch imported that takes half a second,
    # unless what was imported is set aside once.
    gc.collect()
    gc.freeze()
    return loaded


@st.cache_data(max_entries=500, show_spinner="Looking at the photo and reading the caption …")
def _labelled(
    run: str, version: str, photo: str, caption: str, _submission: service.Submission
) -> service.Labelled:
    return service.label_submission(_labeller(run, version), _submission)
