"""One record's suggestion on a page: label, probabilities, and where the model attended."""

from collections.abc import Sequence

import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from qcmfm import service
from qcmfm.encoders.photo import read_photo
from qcmfm.explanation import outlined, overlay, place_in_words, word_heat
from qcmfm.records.regions import Region
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shared.suggestion import probability_bars, uncertainty_text
from qcmfm.ui.shell.language import _

SIDE = 640
"""Longer side of the photo on the page, in pixels."""


def show_suggestion(
    left: DeltaGenerator,
    right: DeltaGenerator,
    submission: service.Submission,
    answer: service.Labelled,
    key: str,
    regions: Sequence[Region] = (),
) -> None:
    """Draw the proposal on the right and, where there is one, the photo on the left.

    Args:
        left: Where the photo goes.
        right: Where the label goes.
        submission: What was labelled.
        answer: What the model says.
        key: Of the record's widgets, unique on the page.
        regions: Where the things that the words name truly are, where that is known.
    """
    best = answer.prediction
    right.header(_("Proposed: {label}").format(label=plain(words_for(best.label))), anchor=False)
    with right:
        probability_bars(best)
        st.markdown(uncertainty_text(best))
        word = _choose_word(submission, answer, key) if submission.photo else None
    if submission.photo:
        with left:
            _show_photo(submission, answer, word, regions)


def _choose_word(submission: service.Submission, answer: service.Labelled, key: str) -> int | None:
    """Let the user point at a word; None where none is chosen or the model has no attention."""
    if answer.attention is None or not answer.words:
        return None
    return st.pills(
        _("Where did the model look for this word?"),
        range(len(answer.words)),
        format_func=lambda index: plain(submission.caption[slice(*answer.words[index])]),
        key=f"word-{key}",
        wrap=True,
    )


def _show_photo(
    submission: service.Submission,
    answer: service.Labelled,
    word: int | None,
    regions: Sequence[Region],
) -> None:
    photo = read_photo(submission.photo, submission.name, at_least=SIDE)
    photo.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    alt, note = _("The photo {name}").format(name=submission.name), ""
    if word is not None and answer.attention is not None:
        heat = word_heat(answer.attention, 0, word, answer.grid)
        photo = overlay(photo, heat)
        start, end = answer.words[word]
        shown = submission.caption[start:end]
        alt = _("{alt}; for the word “{shown}” the model looked most at the {where}").format(
            alt=alt, shown=shown, where=_(place_in_words(heat))
        )
        note = _("Yellow is where the model looked most for “{shown}”. It is no proof.").format(
            shown=plain(shown)
        )
        true = next((r for r in regions if r.start < end and start < r.end), None)
        if true is not None:
            photo = outlined(photo, true.mask())
            note += _(" The white line is where the thing truly is.")
    st.image(photo, width="stretch", alt=alt, caption=note or None)
