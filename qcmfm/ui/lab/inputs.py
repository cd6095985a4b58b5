"""What Circuit, Noise lab and Lesson begin with: a collection, a model and a record."""

import streamlit as st

from qcmfm import service
from qcmfm.core.text import visible
from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.ui.shared.address import Address, last_reviewed
from qcmfm.ui.shared.address_widgets import choose
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shared.records import records
from qcmfm.ui.shared.resources import circuit_inputs, prepare_light_page
from qcmfm.ui.shell.language import N_, _

NOISE_FREE = N_(
    "Everything here is simulated on this computer, exactly; no quantum computer is involved."
)


def choose_circuit_inputs(address: Address, clears: tuple[str, ...] = ("record",)) -> CircuitInputs:
    """Let the visitor choose collection and model; stops the page until there are both.

    Args:
        address: Of the page.
        clears: Parameters that have no meaning for another collection or model.
    """
    prepare_light_page()
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
    look = {"place": bar, "width": 220, "clears": clears, "explicit": True}
    last = last_reviewed().get("collection", "")
    first = last if last in names else names[0]
    name = choose(address, _("Collection"), "collection", names, first, **look)
    labels = records(name).labels
    fitting = [run for run in service.runs_for(labels) if run in runs]
    run = choose(address, _("Model"), "model", runs, (fitting or runs)[0], **look)
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
    return circuit_inputs(name, run)


def choose_record(address: Address, found: CircuitInputs) -> str:
    """Let the visitor choose one of the records."""
    ids = [record.record_id for record in found.records]
    labels = {r.record_id: r.label for r in found.records}
    words = {i: visible(i) + f" · {words_for(labels[i])}" * bool(labels[i]) for i in ids}
    return choose(
        address, _("Record"), "record", ids, ids[0], shown=words.__getitem__, explicit=True
    )
