"""Home: what needs somebody, what changed, and a few photos."""

import contextlib
from collections.abc import Sequence

import streamlit as st

from qcmfm import service
from qcmfm.core.errors import QcmfmError
from qcmfm.records import Collection, Record
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.records import records, thumbnail
from qcmfm.ui.shell.language import _

MOST = 6
"""Links that are shown."""

_ICONS = {
    "collections": ":material/rule:",
    "review": ":material/rate_review:",
}


def show_overview(collections: Sequence[service.CollectionSummary]) -> None:
    """Two short lists side by side; nothing at all where neither has an entry."""
    waiting, happened = service.waiting(collections), service.recent_events()
    if not waiting and not happened:
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.header(_("What needs you"))
        if not waiting:
            st.caption(_("Nothing waits for you."))
        for need in waiting[:MOST]:
            icon = _ICONS.get(need.page, ":material/pending:")
            page_link(need.page, plain(_(need.what)), icon, collection=need.collection)
        if len(waiting) > MOST:
            st.caption(_("And {more} more.").format(more=len(waiting) - MOST))
    with right:
        st.header(_("What changed"))
        if not happened:
            st.caption(_("Nobody has decided anything yet."))
        for entry in happened:
            when = plain(entry.at[:16].replace("T", " "))
            st.markdown(f"{plain(_(entry.what))}  \n:small[:gray[{when} UTC]]")


def show_photos(count: int = 6) -> None:
    """A row of photos from all collections, to look at."""
    chosen: list[tuple[Collection, Record]] = []
    for name in service.collection_folders():
        with contextlib.suppress(QcmfmError):  # the list above says what is wrong with it
            collection = records(name)
            with_photo = [record for record in collection.records if record.image]
            one_of_each = {record.group_key: record for record in with_photo}.values()
            chosen += [(collection, record) for record in list(one_of_each)[:count]]
    chosen = chosen[:: max(1, len(chosen) // count)][:count]
    with st.container(horizontal=True), error_boundary():
        for collection, record in chosen:
            picture = thumbnail(collection, record)
            if picture:
                st.image(picture, width=150, alt=record.caption or record.record_id)
