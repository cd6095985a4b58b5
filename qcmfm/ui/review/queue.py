"""One record of the queue at a time: the photo, what is proposed, and the keys to decide with."""

import streamlit as st

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.core.errors import QcmfmError
from qcmfm.records import Record
from qcmfm.ui.review.decisions import (
    ShownRecord,
    add_label,
    choose_other,
    decide,
    go,
    show_message,
    undo,
)
from qcmfm.ui.review.empty import show_empty_queue, show_other_records_buttons
from qcmfm.ui.review.history import show_history
from qcmfm.ui.review.photo import show_photo
from qcmfm.ui.review.queue_address import QueueAddress
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import percent, plain, words_for
from qcmfm.ui.shared.keys import key_of
from qcmfm.ui.shared.records import page_picture, thumbnail
from qcmfm.ui.shared.suggestion import uncertainty_text
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import permission_options, show_refusal

BESIDE = 100
"""Width of a neighbour's picture, in pixels."""
FIELD = 220
"""Width of a field that is written in, in pixels."""


@st.fragment
def show_queue(session: service.OpenReviewSession, address: QueueAddress, reviewer: str) -> None:
    """The record that the address names, else the first of the queue.

    A fragment, so that a key redraws the record and nothing else.
    """
    with error_boundary():
        queue = session.queue(address.filters, address.order)
        record = session.records.get(address.get("record")) or session.records.get(
            queue[0] if queue else ""
        )
        if record is None:
            _nothing_left(session, address, reviewer)
            return
        address.set(record=record.record_id)
        seen = session.review.refresh().of(record.record_id).decision_id
        shown = ShownRecord(session, address, reviewer, record.record_id, seen)
        left, right = st.columns(2, gap="medium")
        with left:
            show_photo(session, record)
        with right:
            _show_proposal(shown, record, queue)
            _show_keys(shown)
            show_history(shown)
            _show_neighbours(session, record)
        _fetch_next(shown, queue)


def _nothing_left(session: service.OpenReviewSession, address: QueueAddress, reviewer: str) -> None:
    show_message()
    show_empty_queue(session, address)
    with st.container(horizontal=True):
        show_other_records_buttons(session, address)
        st.button(
            _("Undo"), shortcut=key_of("review", "undo"),
            on_click=undo, args=(session, address, reviewer),
            **permission_options(Permission.DECIDE),
        )  # fmt: skip


def _show_proposal(shown: ShownRecord, record: Record, queue: list[str]) -> None:
    suggestion = shown.session.predictions.get(record.record_id)
    outcome = shown.session.review.refresh().of(record.record_id)
    place = (
        _("{place:,} of {n:,}").format(place=queue.index(record.record_id) + 1, n=len(queue))
        if record.record_id in queue
        else _("beside the queue of {n:,}").format(n=len(queue))
    )
    parts = [_("Record {record_id}").format(record_id=plain(record.record_id)), place]
    if record.label:
        parts.append(_("recorded as {label}").format(label=plain(words_for(record.label))))
    st.caption(" · ".join(parts))
    if suggestion:
        sure = f"{plain(words_for(suggestion.label))} · {percent(suggestion.confidence)}"
        st.header(_("Proposed: {sure}").format(sure=sure), anchor=False)
        st.markdown(uncertainty_text(suggestion))
    else:
        st.header(_("No proposal"), anchor=False)
    if outcome.status != "open":
        parts = _("{status} by {reviewer}")
        if outcome.label:
            parts = _("{status} as **{label}** by {reviewer}")
        decided = parts.format(
            status=_(outcome.status),
            label=plain(words_for(outcome.label)),
            reviewer=plain(outcome.reviewer),
        )
        st.markdown(f":material/how_to_reg: {decided}")


def _show_keys(shown: ShownRecord) -> None:
    """Buttons with their keys. Each belongs to its record, so a late press cannot hit the next."""
    session, record_id = shown.session, shown.record_id
    if show_refusal(Permission.DECIDE):
        with st.container(horizontal=True, gap="xsmall"):
            _show_neighbour_buttons(shown)
        show_message()
        return
    suggestions = session.suggestions(record_id)
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            _("Accept"), key=f"accept-{record_id}",
            shortcut=key_of("review", "accept"), type="primary",
            disabled=record_id not in session.predictions,
            on_click=decide, args=(shown, "accept"),
        )  # fmt: skip
        st.button(
            _("Unsure"), key=f"unsure-{record_id}", shortcut=key_of("review", "unsure"),
            help=_("Cannot tell from the photo"), on_click=decide, args=(shown, "unsure"),
        )  # fmt: skip
        _show_neighbour_buttons(shown)
        st.button(
            _("Undo"), key=f"undo-{record_id}", shortcut=key_of("review", "undo"),
            on_click=undo, args=(session, shown.address, shown.reviewer),
        )  # fmt: skip
    show_message()
    with st.container(horizontal=True, gap="xsmall"):
        for number, (label, probability) in enumerate(suggestions, start=1):
            sure = "" if probability is None else f" · {percent(probability)}"
            st.button(
                f"{plain(words_for(label))}{sure}", key=f"{number}-{record_id}",
                shortcut=key_of("review", str(number)),
                on_click=decide, args=(shown, "correct", label),
            )  # fmt: skip
    _show_typing(shown)


def _show_neighbour_buttons(shown: ShownRecord) -> None:
    """To the records before and after."""
    key = shown.record_id
    st.button(
        _("Previous"),
        key=f"back-{key}",
        shortcut=key_of("review", "previous"),
        on_click=go,
        args=(shown, True),
    )
    st.button(
        _("Next"), key=f"next-{key}", shortcut=key_of("review", "next"), on_click=go, args=(shown,)
    )


def _show_typing(shown: ShownRecord) -> None:
    """Any other label, a new one with its concept, and a reason."""
    record_id = shown.record_id
    with st.container(horizontal=True):  # below each other where there is no room
        st.selectbox(
            _("Another label"), shown.session.labels(), index=None, key=f"other-{record_id}",
            format_func=words_for, placeholder=_("Type its first letters"),
            on_change=choose_other, args=(shown,), width=FIELD,
        )  # fmt: skip
        st.text_input(_("Reason, if you like"), key=f"reason-{record_id}", width=FIELD)
    with st.popover(_("New label"), icon=":material/add:"):
        st.text_input(_("A label that is not in the list"), key=f"new-{record_id}")
        st.text_input(
            _("Getty AAT address, if you know it"), key=f"aat-{record_id}",
            placeholder="http://vocab.getty.edu/aat/…",
        )  # fmt: skip
        st.button(
            _("Add it and use it here"), key=f"add-{record_id}", on_click=add_label, args=(shown,)
        )


def _show_neighbours(session: service.OpenReviewSession, record: Record) -> None:
    """Pictures of other records with the proposed label."""
    suggestion = session.predictions.get(record.record_id)
    if suggestion is None:
        return
    pictures: list[bytes] = []
    named: list[str | None] = []
    for other in session.neighbours(record.record_id, suggestion.label):
        picture = thumbnail(session.collection, other)
        if picture:
            pictures.append(picture)
            named.append(other.caption or _("Record {record_id}").format(record_id=other.record_id))
    if pictures:
        st.caption(
            _("Others that the model calls {label}").format(
                label=plain(words_for(suggestion.label))
            )
        )
        with st.container(horizontal=True, gap="small"):
            for picture, name in zip(pictures, named, strict=True):
                st.image(picture, width=BESIDE, alt=name)


def _fetch_next(shown: ShownRecord, queue: list[str]) -> None:
    """Prepare the next photo before it is needed."""
    session = shown.session
    following = session.next_after(shown.record_id, queue, shown.address.order)
    path = session.collection.image_path(session.records[following]) if following else None
    if path:
        try:
            page_picture(path)
        except QcmfmError:
            return  # the page reports it when it shows the record
