"""The records of a collection as pictures, and one of them at a time."""

import streamlit as st

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.records import Collection, Record
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.address_widgets import write_text
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain, shortened, words_for
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.photo_evidence import show_suggestion
from qcmfm.ui.shared.progress import run_with_progress
from qcmfm.ui.shared.records import THUMBNAIL, thumbnail, true_regions
from qcmfm.ui.shared.resources import label_submission
from qcmfm.ui.shared.suggestion import SIMULATED
from qcmfm.ui.shell.language import _, ngettext
from qcmfm.ui.shell.sign_in import permission_options

ON_A_PAGE = 12


def show_origin(name: str) -> None:
    """Say of a built-in collection what it is, and let the visitor have all of it."""
    measured = service.built_in_sentence(name)
    if measured:
        st.markdown(
            _(
                "The program drew these pictures itself, so it knows the true label of "
                "every record and the true place of everything that a caption names."
            )
        )
        st.caption(_(measured))
    whole = service.drawable(name)
    if whole and st.button(
        _("Draw all {whole} records").format(whole=whole),
        icon=":material/brush:",
        **permission_options(Permission.IMPORT),
    ):
        run_with_progress(service.draw_built_in(name))
        st.rerun()


def choose_records(address: Address, collection: Collection) -> list[Record]:
    """The records that the visitor's filters leave."""
    left, right = st.columns(2)
    text = write_text(address, _("Words in the caption"), "words", left)
    labels = sorted(collection.labels)
    wanted = right.multiselect(
        _("Labels"), labels, key="labels", format_func=words_for, persist_state="session",
        placeholder=_("Any"),
    )  # fmt: skip
    terms = text.casefold().split()
    found = [
        record
        for record in collection.records
        if (not wanted or record.label in wanted)
        and all(term in record.caption.casefold() for term in terms)
    ]
    records = ngettext("{n:,} record", "{n:,} records", len(found)).format(n=len(found))
    st.caption(_("{records} of {n:,}").format(records=records, n=len(collection.records)))
    return found


def show_thumbnails(address: Address, collection: Collection, records: list[Record]) -> None:
    """A page of pictures with their captions; each can be opened."""
    if not records:
        st.info(_("No record fits. Take a word or a label out of the filters."))
        return
    pages = -(-len(records) // ON_A_PAGE)
    page = st.session_state.get("page", 1) if pages > 1 else 1
    first = (min(page, pages) - 1) * ON_A_PAGE
    with st.container(horizontal=True):
        for record in records[first : first + ON_A_PAGE]:
            with st.container(width=THUMBNAIL), error_boundary():
                _show_thumbnail(address, collection, record)
    if pages > 1:
        st.pagination(pages, key="page", persist_state="session")


def _show_thumbnail(address: Address, collection: Collection, record: Record) -> None:
    picture = thumbnail(collection, record)
    if picture is None:
        st.markdown(_(":material/hide_image: *No photo*"))
    else:
        st.image(
            picture,
            width="stretch",
            alt=record.caption or _("Record {record_id}").format(record_id=record.record_id),
        )
    label = f"**{plain(words_for(record.label))}**  \n" if record.label else ""
    st.markdown(label + plain(shortened(record.caption, 60) or _("No caption")))
    if st.button(
        _("Open"),
        key=f"open-{record.record_id}",
        help=_("Record {record_id}").format(record_id=plain(record.record_id)),
    ):
        address.set(record=record.record_id)
        st.rerun()


def show_record(address: Address, name: str, collection: Collection, record: Record) -> None:
    """One record: photo, caption, recorded label, and what a model proposes."""
    if st.button(_("All records"), icon=":material/arrow_back:"):
        address.set(record="")
        st.rerun()
    left, right = st.columns([2, 3], gap="medium")
    right.markdown(plain(record.caption or _("No caption")))
    recorded = plain(words_for(record.label)) if record.label else _("none")
    right.caption(
        _("Record {record_id} · recorded label: {recorded}").format(
            record_id=plain(record.record_id), recorded=recorded
        )
    )
    with right, error_boundary():
        labels = collection.labels
        runs = service.runs_for(labels)
        if not runs:
            st.info(
                _(
                    "No model knows these labels yet. Train one: `python -m qcmfm train "
                    "--records … --out …`."
                )
            )
            return
        run = runs[0]
        if len(runs) > 1:
            run = st.selectbox(
                _("Model"), runs, key="run-of-record", persist_state="session",
                format_func=words_for, width=260,
            )  # fmt: skip
        submission = service.record_submission(collection, record)
        answer = label_submission(run, submission)
        regions = true_regions(collection).get(record.record_id, [])
        show_suggestion(left, right, submission, answer, record.record_id, regions)
        if record.label and record.label != answer.prediction.label:
            st.warning(_("The proposal differs from the recorded label."), icon=":material/rule:")
        with st.container(horizontal=True):
            where = {"collection": name, "record": record.record_id}
            page_link("review", _("Open it in Review"), ":material/rate_review:", **where)
            page_link("attention", _("Where the model looked"), ":material/visibility:", **where)
        if answer.quantum:
            st.caption(_(SIMULATED))
