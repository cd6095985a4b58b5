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
from qcmfm.ui.review.queue_address import ANSWERED, Link
from qcmfm.ui.shared.formatting import words_for
from qcmfm.ui.shared.progress import watched
from qcmfm.ui.shared.records import records
from qcmfm.ui.shared.resources import ask_labeller, circuit_inputs, desk
from qcmfm.ui.shell.language import _, ngettext, pgettext
from qcmfm.ui.shell.sign_in import barred

SHOWN = {"Open": ("open",), "Answered": ANSWERED, "All": ()}
NO_MODEL = ""


def start_bar() -> DeltaGenerator:
    """The row of choices at the top of a page."""
    return st.container(horizontal=True, vertical_alignment="bottom")


def choose_desk(link: Link, bar: DeltaGenerator) -> service.Desk:
    """Let the visitor choose collection and model; stops the page until there is a desk.

    Args:
        link: The address of the page.
        bar: Where the choices go.
    """
    names = list(service.collection_folders())
    if not names:
        st.info(_("No collection is here yet. Label a photo on Classify and save it."))
        st.stop()
    name = _choose(bar, link, _("Collection"), "collection", names, names[0])
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
        run = _choose(bar, link, _("Model"), "model", runs, first)
    link.set(collection=name, model=run)
    found = desk(name, run)
    return found if found is not None else _label_first(name, run)


def _label_first(name: str, run: str) -> service.Desk:
    """Offer to let a model look at every record of a collection."""
    collection = records(name)
    st.info(_("The model has not looked at this collection yet; it does so once."))
    title = _("Label all {n:,} records").format(n=len(collection.records))
    if not st.button(title, type="primary", **barred(Permission.PREPARE)):
        st.stop()
    watched(service.label_collection(ask_labeller(run), name, collection))
    st.rerun()


def _choose(
    place: DeltaGenerator, link: Link, title: str, parameter: str, options: list[str], default: str
) -> str:
    """A choice that stands in the page's address."""
    given = link.get(parameter)
    key = f"choose-{parameter}"
    st.session_state[key] = given if given in options else default

    def chosen() -> None:
        link.change(labels=())
        link.set(**{parameter: st.session_state[key], "record": ""})

    return place.selectbox(
        title, options, key=key, format_func=words_for, on_change=chosen, width=220
    )


def choose_shown(link: Link, found: service.Desk, bar: DeltaGenerator) -> None:
    """The filters of a queue and its order, kept in the page's address."""
    filters = link.filters
    with bar:
        shown = next((name for name, some in SHOWN.items() if some == filters.statuses), None)
        st.session_state["shown"] = shown
        st.segmented_control(
            _("Show"), list(SHOWN), key="shown", on_change=_take_shown, args=(link,),
            format_func=_shown_in_words,
        )  # fmt: skip
        names = found.orders()
        if link.get("model") not in service.circuit_runs():
            names = [name for name in names if name not in found.noise_orders()]
        if link.order not in names:
            link.set(order="")
        st.session_state["order"] = link.order
        st.selectbox(
            _("In the order"), names, key="order", width=200,
            format_func=lambda name: visible(_(orders.title(name))),
            on_change=lambda: link.set(order=st.session_state["order"], record=""),
        )  # fmt: skip
        set_now = len(set(filters.to_query()) - {"status"})
        title = _("Filters ({n})").format(n=set_now) if set_now else _("Filters")
        with st.popover(title, icon=":material/filter_list:"):
            _filters(link, found)
    _say_picked(link)
    _measure_first(link, found)


def _shown_in_words(shown: str) -> str:
    open_ = pgettext("records", "Open")
    return {"Open": open_, "Answered": _("Answered"), "All": _("All")}[shown]


def _say_picked(link: Link) -> None:
    """That only some picked records are shown, and how to see the others again."""
    among = read_selection(link.filters.pick)
    if among is None:
        return

    def drop() -> None:
        link.change(pick="")
        link.set(record="")

    with st.container(horizontal=True, vertical_alignment="center"):
        told = ngettext(
            "Only the record that was picked on the map.",
            "Only the {n:,} records that were picked on the map.",
            len(among),
        ).format(n=len(among))
        st.caption(f":material/lasso_select: {told}")
        st.button(_("Show the others too"), key="drop-pick", on_click=drop)


def _measure_first(link: Link, found: service.Desk) -> None:
    """Measure the records under the noise that the queue is to be ordered by; done once."""
    noise = found.unmeasured(link.order)
    if noise is not None:
        with st.spinner(_("Measuring the records under this noise …")):
            measured = service.measure_stability(circuit_inputs(found.name, link.get("model")), noise)
        found.keep_stability(link.order, noise, measured)


def _take_shown(link: Link) -> None:
    link.change(statuses=SHOWN.get(st.session_state["shown"], ()))
    link.set(record="")


def _filters(link: Link, found: service.Desk) -> None:
    filters, state = link.filters, found.review.refresh()
    st.session_state["f-text"] = filters.text
    st.text_input(_("Words in caption or id"), key="f-text", on_change=_take, args=(link,))
    choices = {
        "labels": (_("Label"), [*found.labels(), ""], words_for),
        "statuses": (_("Status"), list(STATUSES), _),
        "reviewers": (_("Decided by"), state.reviewers(), visible),
        "splits": (_("Split"), [*SPLITS, ""], _),
    }
    for name, (title, options, told) in choices.items():
        given = list(getattr(filters, name))
        st.session_state[f"f-{name}"] = given
        st.multiselect(
            title, list(dict.fromkeys([*options, *given])), key=f"f-{name}",
            format_func=lambda value, told=told: told(value) or _("none"),
            placeholder=_("Any"), on_change=_take, args=(link,),
        )  # fmt: skip
    st.session_state["f-confidence"] = (round(filters.least * 100), round(filters.most * 100))
    st.slider(
        _("How sure the model is"), 0, 100, key="f-confidence", format="%d%%",
        on_change=_take, args=(link,),
    )  # fmt: skip
    st.caption(_("The page's address is a link to what it shows; it can be shared."))


def _take(link: Link) -> None:
    """The filters as the widgets have them."""
    chosen = ("labels", "statuses", "reviewers", "splits")
    least, most = st.session_state["f-confidence"]
    link.change(
        **{name: tuple(st.session_state[f"f-{name}"]) for name in chosen},
        text=st.session_state["f-text"].strip(),
        least=least / 100,
        most=most / 100,
    )
    link.set(record="")
