"""What is loaded once per server and shared by everybody."""

import gc

import streamlit as st

from qcmfm import service


@st.cache_resource(show_spinner="Loading the model. This happens once after the server starts …")
def labeller(run: str) -> service.Labeller:
    """A run with its encoders."""
    loaded = service.open_labeller(run)
    # Streamlit collects garbage after every click; with torch imported that takes half a second,
    # unless what was imported is set aside once.
    gc.collect()
    gc.freeze()
    return loaded


@st.cache_data(max_entries=500, show_spinner="Looking at the photo and reading the caption …")
def labelled(
    run: str, record_id: str, caption: str, _submission: service.Submission
) -> service.Labelled:
    """A submission's label; asked once for the same photo and caption."""
    return service.label_submission(labeller(run), _submission)
