"""A playground of untrained circuits: how large, how deep, and whether training could begin."""

import math

import streamlit as st
import torch

from qcmfm.lab.playground import (
    FAMILIES,
    LAYERS,
    QUBITS,
    PlaygroundResult,
    run_trial,
    untrained_circuit,
)
from qcmfm.quantum.resources import resources
from qcmfm.ui.lab.diagram import drawing, show_diagram
from qcmfm.ui.lab.results import compute_once
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.address_widgets import choose, slide
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import _


@st.fragment
def show_playground(address: Address) -> None:
    """Any circuit, without training."""
    place = st.expander(
        _("Playground: circuits of any size, before training"),
        expanded=any(address.get(name) for name in ("family", "qubits", "layers")),
        icon=":material/toys:",
        key="playground",
        on_change="rerun",
    )
    if not place.open:
        return  # its figures take seconds, and most visitors come for the trained circuit
    with place, error_boundary():
        st.caption(
            _(
                "A circuit learns by following slopes: how a reading changes when an "
                "angle turns a little. In large random circuits the slopes become so "
                "small that there is nothing to follow, which is called a barren plateau."
            )
        )
        left, right = st.columns([1, 2], gap="medium")
        with left:
            family = choose(address, _("Family"), "family", list(FAMILIES), "two_stage")
            qubits = slide(address, _("Qubits"), "qubits", QUBITS, 6)
            layers = slide(address, _("Layers"), "layers", LAYERS, 3)
            circuit = untrained_circuit(family, qubits, layers)
            found = resources(circuit)
            st.markdown(
                _(
                    "**{n_gates}** gates, {n_two_qubit} of them on two qubits · depth "
                    "**{depth}** · **{n_parameters}** angles · {dim:,} amplitudes"
                ).format(
                    n_gates=found.n_gates,
                    n_two_qubit=found.n_two_qubit,
                    depth=found.depth,
                    n_parameters=found.n_parameters,
                    dim=circuit.dim,
                )
            )
        with right:
            show_diagram(drawing(circuit, torch.zeros(circuit.n_weights), fold=True), "untrained")
            bar = st.empty()
            trial = compute_once(
                ("trial", family, qubits, layers), lambda: run_trial(family, qubits, layers), bar
            )
            bar.empty()
            _show_trial(trial)


def _show_trial(trial: PlaygroundResult) -> None:
    rows = [
        {
            _("Qubits"): str(qubits),
            _("Variance of the slope"): f"{slope:.2e}",
            _("On a scale of tens"): max(0.0, 6 + math.log10(max(slope, 1e-6))),
        }
        for qubits, slope in trial.slopes.items()
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            _("On a scale of tens"): st.column_config.ProgressColumn(
                min_value=0, max_value=6, format=" ", color="#b3741a"
            )
        },
        alt=_("Variance of the slope in an angle, by number of qubits"),
    )
    st.caption(
        _(
            "100 sets of random angles each. Entanglement of the states {entangling:.2f} "
            "of 1; distance from reaching all states equally often {expressibility:.3f} "
            "nats (0 is best). A slope that shrinks tenfold needs a hundred times the "
            "shots to be seen."
        ).format(entangling=trial.entangling, expressibility=trial.expressibility)
    )
