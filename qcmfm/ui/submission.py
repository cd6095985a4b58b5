"""One photo and caption on the Classify page: its label and where the model looked."""

from typing import Any

import streamlit as st
from PIL import Image

from qcmfm import service
from qcmfm.encoders.photo import read_photo
from qcmfm.explanation import overlay, place_in_words, word_heat
from qcmfm.prediction import Prediction
from qcmfm.ui.resources import labelled
from qcmfm.ui.widgets import plain, probability_bars, told, words_for

SIDE = 640
"""Longer side of the photo on the page, in pixels."""


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
        best = answer.prediction
        st.subheader(f"Proposed: {plain(words_for(best.label))}", anchor=False)
        probability_bars(best)
        word = _choose_word(answer, caption, key) if submission.photo else None
        if submission.photo:
            with left:
                _show_photo(submission, answer, caption, word)
        return submission, best
    return None


def _choose_word(answer: service.Labelled, caption: str, key: str) -> int | None:
    """Let the user point at a word; None where none is chosen or the model has no attention."""
    if answer.attention is None or not answer.words:
        return None
    return st.pills(
        "Where did the model look for this word?",
        range(len(answer.words)),
        format_func=lambda index: plain(caption[slice(*answer.words[index])]),
        key=f"word-{key}",
        wrap=True,
    )


def _show_photo(
    submission: service.Submission, answer: service.Labelled, caption: str, word: int | None
) -> None:
    photo = read_photo(submission.photo, submission.name, at_least=SIDE)
    photo.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    alt = f"The photo {submission.name}"
    note = ""
    if word is not None and answer.attention is not None:
        heat = word_heat(answer.attention, 0, word, answer.grid)
        photo = overlay(photo, heat)
        shown = caption[slice(*answer.words[word])]
        alt += f"; for the word “{shown}” the model looked most at the {place_in_words(heat)}"
        note = f"Yellow is where the model looked most for “{plain(shown)}”. It is no proof."
    st.image(photo, width="stretch", alt=alt, caption=note or None)
