"""Home: what needs somebody, what changed, and a few photos."""

import contextlib
from collections.abc import Sequence

import streamlit as st

from qcmfm import service
from qcmfm.core.errors import QcmfmError
from qcmfm.records import Collection, Record
from qcmfm.ui.shared.errors import error_boundary, show_error
from qcmfm.ui.shared.formatting import plain, words_for
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


def show_collections(
    collections: Sequence[service.CollectionSummary], errors: Sequence[QcmfmError]
) -> None:
    """A table of the collections, and what is wrong with those that cannot be read."""
    st.header(_("Collections"))
    for error in errors:
        show_error(error)
    if collections:
        st.dataframe(
            [
                {
                    _("Collection"): words_for(summary.name),
                    _("Records"): summary.records,
                    _("With a label"): sum(summary.labels.values()),
                    _("Reviewed"): summary.reviewed,
                    _("Rows to check"): summary.problems,
                    _("From"): _("this program") if summary.built_in else _("you"),
                }
                for summary in collections
            ],
            hide_index=True,
            alt=_("The collections with their numbers of records"),
        )


def show_models() -> None:
    """A table of the trained models, and what is wrong with those that cannot be read."""
    summaries, errors = service.list_run_summaries()
    for error in errors:
        show_error(error)
    rows = [
        {
            _("Model"): plain(words_for(summary.name)),
            _("Tells apart"): plain(_listed(summary.labels)),
            _("Right on"): _("{accuracy:.0%} of {measured_on} records").format(
                accuracy=summary.accuracy, measured_on=_(summary.measured_on)
            ),
            _("Trained"): summary.created[:10],
        }
        for summary in summaries
    ]
    if rows:
        st.table(
            rows, hide_index=True, border="horizontal",
            alt=_("Trained models with their labels and accuracy"),
        )  # fmt: skip


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


def _listed(labels: Sequence[str], most: int = 6) -> str:
    """The first of some labels, and how many more there are."""
    shown = ", ".join(map(words_for, labels[:most]))
    return (
        _("{shown} and {more} more").format(shown=shown, more=len(labels) - most)
        if len(labels) > most
        else shown
    )
