"""A grid of records of one label, to accept or correct together."""

from collections import Counter
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.records import Record
from qcmfm.ui.review.decisions import decide_many, show_message, undo
from qcmfm.ui.review.empty import show_empty_queue, show_other_records_buttons
from qcmfm.ui.review.queue_address import QueueAddress
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import percent, plain, words_for
from qcmfm.ui.shared.keys import key_of
from qcmfm.ui.shared.records import thumbnail
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import permission_options

ON_A_PAGE = 24
WIDE = 160
"""Width of a picture, in pixels."""


def choose_label(
    address: QueueAddress, session: service.OpenReviewSession, bar: DeltaGenerator
) -> None:
    """Let the visitor choose the label to look at; by default the one with most records."""
    items = session.items()
    anywhere = replace(address.filters, labels=())
    counts = Counter(items.label_now(record) for record in anywhere.chosen(items))
    chosen = address.filters.labels
    if len(chosen) > 1 or (chosen and chosen[0] in counts) or not counts:
        first = chosen[0] if chosen else ""
    else:
        first = counts.most_common(1)[0][0]
        address.change(labels=(first,))
    options = list(dict(counts.most_common()))
    if not options:
        return
    st.session_state["bulk-label"] = first if first in counts else options[0]
    bar.selectbox(
        _("Label"), options, key="bulk-label", width=220,
        format_func=lambda label: f"{words_for(label) or _('none')} ({counts[label]:,})",
        on_change=lambda: address.change(labels=(st.session_state["bulk-label"],)),
    )  # fmt: skip


@st.fragment
def show_grid(session: service.OpenReviewSession, address: QueueAddress, reviewer: str) -> None:
    """The records that the filters show, a page at a time, and what to do with those picked."""
    if "told" in st.session_state and not st.session_state.pop("counted", False):
        st.session_state["counted"] = True
        st.rerun()  # to count the labels above the grid again, which a fragment alone does not
    with error_boundary():
        _show_queue(session, address, reviewer)


def _show_queue(session: service.OpenReviewSession, address: QueueAddress, reviewer: str) -> None:
    queue = session.queue(address.filters, address.order)
    picked = _picked(address) & set(queue)
    if not queue:
        show_message()
        show_empty_queue(session, address)
        with st.container(horizontal=True):
            show_other_records_buttons(session, address)
            st.button(
                _("Undo"), shortcut=key_of("bulk", "undo"), on_click=undo,
                args=(session, None, reviewer),
            )  # fmt: skip
        return
    pages = -(-len(queue) // ON_A_PAGE)
    page = min(st.session_state.get("bulk-page", 1), pages)
    shown = queue[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    _show_keys(session, address, reviewer, queue, shown, picked, (page, pages))
    with st.container(horizontal=True):  # as many side by side as the screen is wide
        for record_id in shown:
            with st.container(width=WIDE, gap="xxsmall"):
                _show_one(session, address, session.records[record_id], record_id in picked)


def _show_keys(
    session: service.OpenReviewSession,
    address: QueueAddress,
    reviewer: str,
    queue: list[str],
    shown: list[str],
    picked: set[str],
    place: tuple[int, int],
) -> None:
    """Buttons with their keys; each says how many records it is about."""
    page, pages = place
    state = session.review.refresh()
    seen = {
        record_id: state.of(record_id).decision_id for record_id in queue if record_id in picked
    }
    args = (session, reviewer, seen)
    with st.container(horizontal=True):
        st.button(
            _("Select these {n}").format(n=len(shown)), shortcut=key_of("bulk", "these"),
            on_click=_pick, args=(address, shown),
        )  # fmt: skip
        st.button(
            _("Select all {n:,}").format(n=len(queue)), shortcut=key_of("bulk", "every"),
            on_click=_pick, args=(address, queue),
            help=_("Everything that the filter shows, on every page"),
        )  # fmt: skip
        st.button(
            _("Select none"), shortcut=key_of("bulk", "none"), on_click=_picked(address).clear
        )
        st.button(
            _("Undo"), shortcut=key_of("bulk", "undo"), on_click=undo,
            args=(session, None, reviewer), **permission_options(Permission.DECIDE),
        )  # fmt: skip
        if pages > 1:
            for title, name, step in (
                (_("Previous page"), "previous", -1), (_("Next page"), "next", 1),
            ):  # fmt: skip
                there = page + step
                st.button(
                    title, shortcut=key_of("bulk", name), disabled=not 1 <= there <= pages,
                    on_click=lambda there=there: st.session_state.update({"bulk-page": there}),
                )  # fmt: skip
            st.caption(_("Page {page} of {pages}").format(page=page, pages=pages), width="content")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            _("Accept {n:,}").format(n=len(picked)),
            shortcut=key_of("bulk", "accept"), type="primary",
            on_click=decide_many, args=(*args, "accept"),
            **permission_options(Permission.BULK, not picked),
        )  # fmt: skip
        label = st.selectbox(
            _("Another label"), session.labels(), index=None, key="bulk-other", width=260,
            format_func=words_for, placeholder=_("Type its first letters, or a new one"),
            accept_new_options=True,
        )  # fmt: skip
        st.text_input(_("Reason, if you like"), key="bulk-reason", width=260)
        wanted = _("Correct {n:,}")
        if label:
            new = label not in session.labels()
            wanted = (
                _("Correct {n:,} to {label}, a new label") if new else _("Correct {n:,} to {label}")
            )
        title = wanted.format(n=len(picked), label=plain(words_for(label or "")))
        st.button(
            title, key="bulk-correct", on_click=decide_many,
            args=(*args, "correct", label or ""),
            **permission_options(Permission.BULK, not (picked and label)),
        )  # fmt: skip
    show_message()


def _show_one(
    session: service.OpenReviewSession, address: QueueAddress, record: Record, picked: bool
) -> None:
    picture = thumbnail(session.collection, record)
    alt = record.caption or _("Record {record_id}").format(record_id=record.record_id)
    if picture is None:
        st.markdown(_(":material/hide_image: *No photo*"))
    else:
        st.image(picture, width="stretch", alt=alt)
    suggestion = session.predictions.get(record.record_id)
    sure = f"{percent(suggestion.confidence)} · " if suggestion else ""
    key = f"pick-{record.record_id}"
    st.session_state[key] = picked
    st.checkbox(
        f"{sure}{plain(record.record_id)}", key=key, help=plain(record.caption) or None,
        on_change=_toggle, args=(address, record.record_id),
    )  # fmt: skip


def _picked(address: QueueAddress) -> set[str]:
    """The selected records of one collection, on any page."""
    return st.session_state.setdefault(f"picked-{address.get('collection')}", set())


def _pick(address: QueueAddress, record_ids: list[str]) -> None:
    _picked(address).update(record_ids)


def _toggle(address: QueueAddress, record_id: str) -> None:
    _picked(address).symmetric_difference_update({record_id})
