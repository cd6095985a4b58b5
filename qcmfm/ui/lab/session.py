"""What the Circuit page, the Noise lab and the lesson begin with, and what they remember."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm import service
from qcmfm.core.progress import Progress, Work, finish
from qcmfm.core.text import visible
from qcmfm.lab.circuit_inputs import Material
from qcmfm.ui.shared.address import Address, choose, reviewed_last
from qcmfm.ui.shared.records import records
from qcmfm.ui.shared.resources import ask_labeller, made_from, settled
from qcmfm.ui.shared.widgets import plain, told_progress, watched, words_for
from qcmfm.ui.shell.language import N_, _

Found = TypeVar("Found")

NOISE_FREE = N_(
    "Everything here is simulated on this computer, exactly; no quantum computer is involved."
)


class Kept:
    """Results that were worked out, the latest of them; shared by everybody, so never changed.

    Args:
        most: How many.
    """

    def __init__(self, most: int):
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def has(self, key: Hashable) -> bool:
        """Whether a result is there."""
        with self._lock:
            return key in self._found

    def once(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """A result, worked out at the first call."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = make()  # not under the lock: it may take long, and may be left half-way
        with self._lock:
            self._found[key] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return found


@st.cache_resource(show_spinner=False)
def kept() -> Kept:
    """Small results: figures, a record's states."""
    return Kept(600)


@st.cache_resource(show_spinner=False)
def _materials() -> Kept:
    return Kept(4)


def choose_material(address: Address, forget: tuple[str, ...] = ("record",)) -> Material:
    """Let the visitor choose collection and model; stops the page until there are both.

    Args:
        address: Of the page.
        forget: Parameters that mean nothing for another collection or model.
    """
    settled()
    names, runs = list(service.collection_folders()), service.circuit_runs()
    if not names or not runs:
        st.info(
            _(
                "This page needs a collection and a model with a circuit; train one: "
                "`python -m qcmfm train --help`."
            )
        )
        st.stop()
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    look = {"place": bar, "width": 220}
    last = reviewed_last().get("collection", "")
    first = last if last in names else names[0]
    name = choose(address, _("Collection"), "collection", names, first, forget=forget, **look)
    labels = records(name).labels
    fitting = [run for run in service.runs_for(labels) if run in runs]
    run = choose(
        address, _("Model"), "model", runs, (fitting or runs)[0], forget=forget, **look
    )  # fmt: skip
    if run not in fitting:
        st.warning(
            _(
                "The model {run} does not know all labels of this collection, so what it "
                "is judged on here means little."
            ).format(run=plain(words_for(run))),
            icon=":material/rule:",
        )
    if service.trained_on(run) == name:
        st.caption(
            _(
                "The model was trained on objects of this collection, so here it is right "
                "more often than on new ones."
            )
        )
    address.set(collection=name, model=run)
    return material(name, run)


def material(name: str, run: str) -> Material:
    """What the records of a collection put into a run's circuit; looked at once."""
    key = (name, run, made_from(name, run))

    def look() -> Material:
        place = st.empty()
        with place:
            found = watched(service.open_material(ask_labeller(run), records(name)))
        place.empty()
        return found

    return _materials().once(key, look)


def wrapping(name: str, least: int = 220) -> DeltaGenerator:
    """A place whose columns go below each other where the window is narrow, as on a tablet.

    Streamlit itself would squeeze them until it is as narrow as a phone.

    Args:
        name: Tells the places of a page apart.
        least: Pixels that a column has at least, where the window has as many.
    """
    st.html(f"<style>{_WRAP.format(place=f'.st-key-wrap-{name}', least=least)}</style>")
    return st.container(key=f"wrap-{name}")


_WRAP = """
{place} [data-testid=stHorizontalBlock] {{ flex-wrap: wrap; }}
{place} [data-testid=stColumn] {{ min-width: min({least}px, 100%); }}
{place} [data-testid=stColumn] [data-testid=stColumn] {{ min-width: 0; }}
"""


def work_once(key: Hashable, work: Callable[[], Work[Found]], bar: Any) -> Found:
    """A result of long work, with progress in `bar`; worked out at the first call.

    Another click ends the work at its next step, which then begins anew.
    """

    def show(event: Progress) -> None:
        bar.progress(event.done / max(event.total, 1), told_progress(event))

    return kept().once(key, lambda: finish(work(), show))


def choose_record(address: Address, found: Material) -> str:
    """Let the visitor choose one of the records."""
    ids = [record.record_id for record in found.records]
    labels = {r.record_id: r.label for r in found.records}
    told = {i: visible(i) + f" · {words_for(labels[i])}" * bool(labels[i]) for i in ids}
    return choose(address, _("Record"), "record", ids, ids[0], told=told.__getitem__)
