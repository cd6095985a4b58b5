"""One photo and caption on the Classify page."""

from typing import Any

import streamlit as st

from qcmfm import service
from qcmfm.prediction import Prediction
from qcmfm.ui.evidence import show_evidence
from qcmfm.ui.resources import labelled
from qcmfm.ui.widgets import plain, told


def show_submission(
    run: str, file: Any | None, several: bool
) -> tuple[service.Submission, Prediction] | None:
    """Draw one submission; None where there is nothing to label, or it cannot be.

    Args:
        run: Name of the run to ask.
        file: The uploaded file, or None for a caption alone.
        several: Whether there are other photos on the page.
    """
    key = file.file_id if file else "caption-only"
    title = f"Caption of {plain(file.name)}" if file and several else "Caption"
    left, right = st.columns([2, 3], gap="medium") if file else (st.empty(), st.container())
    caption = right.text_area(
        title,
        key=f"caption-{key}",
        height=90,
        placeholder="For example: Bowl with a lotus. Dynasty 18, from Thebes.",
    )
    if file is None and not caption.strip():
        right.caption("A photo, a caption, or both: the model takes what there is.")
        return None
    submission = service.Submission(
        file.getvalue() if file else b"", caption, file.name if file else ""
    )
    with right, told():
        answer = labelled(run, submission)
        show_evidence(left, right, submission, answer, key)
        return submission, answer.prediction
    return None
