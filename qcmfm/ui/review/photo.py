"""A record's photo and caption on the review page, and where the model looked for a word."""

import io

import streamlit as st
from PIL import Image

from qcmfm import service
from qcmfm.encoders.text import word_spans
from qcmfm.explanation import overlay, place_in_words, word_heat
from qcmfm.records import Record
from qcmfm.ui.review.zoom import show_full
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shared.keys import key_of
from qcmfm.ui.shared.records import page_picture
from qcmfm.ui.shared.resources import label_submission
from qcmfm.ui.shell.language import _


def show_photo(session: service.OpenReviewSession, record: Record) -> None:
    """The photo, big; the caption; and words to point at."""
    place, caption = st.container(), record.caption
    spans = word_spans(caption)
    st.markdown(plain(caption or _("No caption")))
    path = session.collection.image_path(record)
    alt = caption or _("The photo of record {record_id}").format(record_id=record.record_id)
    word = None
    if path and spans and record.record_id in session.predictions:
        word = st.pills(
            _("Where did the model look for this word?"), range(len(spans)),
            format_func=lambda index: plain(caption[slice(*spans[index])]),
            key=f"word-{record.record_id}", wrap=True,
        )  # fmt: skip
    with place, error_boundary():
        if path is None:
            st.info(_("This record has no photo."), icon=":material/hide_image:")
            return
        picture = page_picture(path)
        if word is None:
            st.session_state.pop(f"evidence-{record.record_id}", None)
            st.image(picture, width="content", alt=alt)
        else:
            _show_heat(session, record, picture, spans[word], alt)
    if path and st.button(
        _("Full resolution"), key=f"full-{record.record_id}", shortcut=key_of("review", "full")
    ):
        with error_boundary():
            show_full(path, alt)


def _show_heat(
    session: service.OpenReviewSession,
    record: Record,
    picture: bytes,
    word: tuple[int, int],
    alt: str,
) -> None:
    """The photo under the model's attention for one word, which becomes evidence."""
    run = session.predictions[record.record_id].model_run
    answer = label_submission(run, service.record_submission(session.collection, record))
    shown = record.caption[slice(*word)]
    if answer.attention is None or word not in answer.words:
        st.image(picture, width="content", alt=alt)
        st.caption(
            _("This model says nothing of where it looks for “{shown}”.").format(shown=plain(shown))
        )
        return
    heat = word_heat(answer.attention, 0, answer.words.index(word), answer.grid)
    photo = overlay(Image.open(io.BytesIO(picture)), heat)
    alt_text = _("{alt}; for the word “{shown}” the model looked most at the {where}").format(
        alt=alt, shown=shown, where=_(place_in_words(heat))
    )
    st.image(
        photo, width="content", alt=alt_text, output_format="JPEG",
        caption=_("Yellow is where the model looked most for “{shown}”. It is no proof.").format(
            shown=plain(shown)
        ),
    )  # fmt: skip
    st.session_state[f"evidence-{record.record_id}"] = service.attended(heat, shown)
