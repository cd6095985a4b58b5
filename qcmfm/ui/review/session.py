"""What the review pages begin with: which collection, which model, who decides, what is shown."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.core.settings import DEFAULT_RUN
from qcmfm.core.text import visible
from qcmfm.records import SPLITS
from qcmfm.review import orders
from qcmfm.review.selections import read_selection
from qcmfm.review.state import STATUSES
from qcmfm.ui.review.queue_address import REVIEWED, QueueAddress
from qcmfm.ui.shared.address import note_reviewed
from qcmfm.ui.shared.address_widgets import choose
from qcmfm.ui.shared.formatting import words_for
from qcmfm.ui.shared.progress import run_with_progress
from qcmfm.ui.shared.records import records
from qcmfm.ui.shared.resources import circuit_inputs, load_labeller, open_session
from qcmfm.ui.shell.language import _, ngettext, pgettext
from qcmfm.ui.shell.sign_in import permission_options

SHOWN = {"Open": ("open",), "Answered": REVIEWED, "All": ()}
NO_MODEL = ""


def choice_bar() -> DeltaGenerator:
    """The row of choices at the top of a page."""
    return st.container(horizontal=True, vertical_alignment="bottom")


def choose_session(address: QueueAddress, bar: DeltaGenerator) -> service.OpenReviewSession:
    """Let the visitor choose collection and model; stops the page until there is one.

    Args:
        address: The address of the page.
        bar: Where the choices go.
    """
    names = list(service.collection_folders())
    if not names:
        st.info(_("No collection is here yet. Label a photo on Classify and save it."))
        st.stop()
    look = {"place": bar, "width": 220, "clears": ("label", "record"), "explicit": True}
    name = choose(address, _("Collection"), "collection", names, names[0], **look)
    labels = records(name).labels
    runs = service.runs_for(labels)
    if not runs:
        st.info(
            _(
                "No model knows these labels yet, so nothing is proposed. Decide by hand, "
                "or train one: `python -m qcmfm train --records … --out …`."
            )
        )
        runs = [NO_MODEL]
    first = DEFAULT_RUN if not labels and DEFAULT_RUN in runs else runs[0]
    adopted = service.adopted_run(name)
    if adopted:
        runs, first = [*dict.fromkeys((adopted, *runs))], adopted
    run = first
    if len(runs) > 1:
        run = choose(address, _("Model"), "model", runs, first, **look)
    address.set(collection=name, model=run)
    note_reviewed(collection=name, model=run)
    found = open_session(name, run)
    return found if found is not None else _offer_labelling(name, run)


def _offer_labelling(name: str, run: str) -> service.OpenReviewSession:
    """Offer to let a model look at every record of a collection."""
    collection = records(name)
    st.info(_("The model has not looked at this collection yet; it does so once."))
    title = _("Label all {n:,} records").format(n=len(collection.records))
    if not st.button(title, type="primary", **permission_options(Permission.PREPARE)):
        st.stop()
    run_with_progress(service.label_collection(load_labeller(run), name, collection))
    st.rerun()


def choose_shown(
    address: QueueAddress, found: service.OpenReviewSession, bar: DeltaGenerator
) -> None:
    """The filters of a queue and its order, in the page's address."""
    filters = address.filters
    with bar:
        shown = next((name for name, some in SHOWN.items() if some == filters.statuses), None)
        st.session_state["shown"] = shown
        st.segmented_control(
            _("Show"), list(SHOWN), key="shown", on_change=_apply_shown, args=(address,),
            format_func=_shown_text,
        )  # fmt: skip
        names = found.orders()
        if address.get("model") not in service.circuit_runs():
            names = [name for name in names if name not in found.noise_orders()]
        if address.order not in names:
            address.set(order="")
        st.session_state["order"] = address.order
        st.selectbox(
            _("In the order"), names, key="order", width=200,
            format_func=lambda name: visible(_(orders.title(name))),
            on_change=lambda: address.set(order=st.session_state["order"], record=""),
        )  # fmt: skip
        set_now = len(set(filters.to_query()) - {"status"})
        title = _("Filters ({n})").format(n=set_now) if set_now else _("Filters")
        with st.popover(title, icon=":material/filter_list:"):
            _filters(address, found)
    _show_selection_note(address)
    _measure_stability(address, found)


def _shown_text(shown: str) -> str:
    open_ = pgettext("records", "Open")
    return {"Open": open_, "Answered": _("Answered"), "All": _("All")}[shown]


def _show_selection_note(address: QueueAddress) -> None:
    """That only some picked records are shown, and how to see the others again."""
    among = read_selection(address.filters.pick)
    if among is None:
        return

    def drop() -> None:
        address.change(pick="")
        address.set(record="")

    with st.container(horizontal=True, vertical_alignment="center"):
        note = ngettext(
            "Only the record that was picked on the map.",
            "Only the {n:,} records that were picked on the map.",
            len(among),
        ).format(n=len(among))
        st.caption(f":material/lasso_select: {note}")
        st.button(_("Show the others too"), key="drop-pick", on_click=drop)


def _measure_stability(address: QueueAddress, found: service.OpenReviewSession) -> None:
    """Measure the records under the noise that the queue is to be ordered by; done once."""
    noise = found.unmeasured(address.order)
    if noise is not None:
        with st.spinner(_("Measuring the records under this noise …")):
            inputs = circuit_inputs(found.name, address.get("model"))
            measured = service.measure_stability(inputs, noise)
        found.keep_stability(address.order, noise, measured)


def _apply_shown(address: QueueAddress) -> None:
    address.change(statuses=SHOWN.get(st.session_state["shown"], ()))
    address.set(record="")


def _filters(address: QueueAddress, found: service.OpenReviewSession) -> None:
    filters, state = address.filters, found.review.refresh()
    st.session_state["f-text"] = filters.text
    st.text_input(
        _("Words in caption or id"), key="f-text", on_change=_apply_filters, args=(address,)
    )
    choices = {
        "labels": (_("Label"), [*found.labels(), ""], words_for),
        "statuses": (_("Status"), list(STATUSES), _),
        "reviewers": (_("Decided by"), state.reviewers(), visible),
        "splits": (_("Split"), [*SPLITS, ""], _),
    }
    for name, (title, options, shown) in choices.items():
        given = list(getattr(filters, name))
        st.session_state[f"f-{name}"] = given
        st.multiselect(
            title, list(dict.fromkeys([*options, *given])), key=f"f-{name}",
            format_func=lambda value, shown=shown: shown(value) or _("none"),
            placeholder=_("Any"), on_change=_apply_filters, args=(address,),
        )  # fmt: skip
    st.session_state["f-confidence"] = (round(filters.least * 100), round(filters.most * 100))
    st.slider(
        _("How sure the model is"), 0, 100, key="f-confidence", format="%d%%",
        on_change=_apply_filters, args=(address,),
    )  # fmt: skip
    st.caption(_("The page's address is a link to what it shows; it can be shared."))


def _apply_filters(address: QueueAddress) -> None:
    """The filters as the widgets have them."""
    chosen = ("labels", "statuses", "reviewers", "splits")
    least, most = st.session_state["f-confidence"]
    address.change(
        **{name: tuple(st.session_state[f"f-{name}"]) for name in chosen},
        text=st.session_state["f-text"].strip(),
        least=least / 100,
        most=most / 100,
    )
    address.set(record="")
