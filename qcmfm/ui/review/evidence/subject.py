"""What the Attention page looks at: a record of a collection or an upload, and with which model."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm import service
from qcmfm.core.settings import DEFAULT_RUN
from qcmfm.core.text import visible
from qcmfm.records import Collection, Record
from qcmfm.ui.shared.address import Address, one_of
from qcmfm.ui.shared.address_widgets import choose
from qcmfm.ui.shared.records import records
from qcmfm.ui.shell.language import N_, _

VIEW = ("words", "head", "part")
"""Parameters of the address that belong to one record."""

MOST = 2000
"""Records that the list offers; a longer collection is cut to those that fit the search."""


@dataclass(frozen=True)
class Subject:
    """What the page explains.

    Args:
        run: Name of the run to ask.
        submission: The photo and the caption.
        collection: Where it is from; None for an upload.
        record: Which record; None for an upload.
    """

    run: str
    submission: service.Submission
    collection: Collection | None = None
    record: Record | None = None


def choose_subject(address: Address) -> Subject | None:
    """Let the visitor choose; None where there is nothing to look at yet.

    Args:
        address: Of the page.
    """
    names = list(service.collection_folders())
    sources = [N_("A record"), N_("An upload")] if names else [N_("An upload")]
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    with bar:
        source = st.segmented_control(
            _("Look at"),
            sources,
            format_func=_,
            **address.bind("source", sources[0], one_of(sources), clears=VIEW),
        )
    return _record(address, bar, names) if source == "A record" else _upload(address, bar)


def _record(address: Address, bar: DeltaGenerator, names: list[str]) -> Subject | None:
    with bar:
        name = choose(
            address, _("Collection"), "collection", names, names[0], width=180,
            clears=(*VIEW, "record", "model"),
        )  # fmt: skip
        collection = records(name)
        known = {r.record_id: r for r in collection.records if r.image or r.caption}
        if not known:
            st.info(_("This collection has no photo and no caption."))
            return None
        ids = list(known)[:MOST]
        linked = address.get("record")
        ids = [linked, *ids] if linked in known and linked not in ids else ids
        chosen = choose(
            address, _("Record"), "record", ids, ids[0], width=330, clears=VIEW,
            shown=lambda key: visible(f"{key} · {known[key].caption[:60]}"),
        )  # fmt: skip
        labels = collection.labels
        run = _model(address, service.runs_for(labels))
    if not run:
        st.info(_("No model knows these labels yet: `python -m qcmfm train --help`."))
        return None
    record = known[chosen]
    return Subject(run, service.record_submission(collection, record), collection, record)


def _upload(address: Address, bar: DeltaGenerator) -> Subject | None:
    with bar:
        run = _model(address, list(service.run_folders()))
    left, right = st.columns(2)
    file = left.file_uploader(_("Photo"))
    caption = right.text_area(
        _("Caption"), key="attention-caption", height=90, persist_state="session"
    )
    if not run or not (file or caption.strip()):
        st.info(_("Give a photo, a caption, or best both: the words are what looks at the photo."))
        return None
    content = file.getvalue() if file else b""
    return Subject(run, service.Submission(content, caption, file.name if file else ""))


def _model(address: Address, runs: list[str]) -> str:
    if not runs:
        return ""
    first = DEFAULT_RUN if DEFAULT_RUN in runs else runs[0]
    return choose(address, _("Model"), "model", runs, first, width=180)
