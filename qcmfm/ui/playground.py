"""A playground of untrained circuits: how large, how deep, and whether training could begin."""

import math

import streamlit as st
import torch

from qcmfm.lab.playground import FAMILIES, LAYERS, QUBITS, Trial, try_out, untrained
from qcmfm.quantum.resources import resources
from qcmfm.ui.address import Address, choose, slide
from qcmfm.ui.diagram import drawing, show_diagram
from qcmfm.ui.lab import work_once
from qcmfm.ui.widgets import told

LAST = 8
"""Qubits up to which the playground begins."""


@st.fragment
def show_playground(address: Address) -> None:
    """Any circuit, without training."""
    st.header(
        "Playground",
        anchor=False,
        help="A circuit learns by following slopes: how a reading changes when an angle turns a "
        "little. In large random circuits the slopes become so small that there is nothing to "
        "follow, which is called a barren plateau.",
    )
    with told():
        left, right = st.columns([1, 2], gap="medium")
        with left:
            family = choose(address, "Family", "family", list(FAMILIES), "two_stage")
            qubits = slide(address, "Qubits", "qubits", QUBITS, 6)
            layers = slide(address, "Layers", "layers", LAYERS, 3)
            circuit = untrained(family, qubits, layers)
            found = resources(circuit)
            st.markdown(
                f"**{found.n_gates}** gates, {found.n_two_qubit} of them on two qubits · depth "
                f"**{found.depth}** · **{found.n_parameters}** angles · {circuit.dim:,} amplitudes"
            )
        with right:
            show_diagram(drawing(circuit, torch.zeros(circuit.n_weights), fold=True), "untrained")
            bar = st.empty()
            trial = work_once(
                ("trial", family, qubits, layers), lambda: try_out(family, qubits, layers), bar
            )
            bar.empty()
            _show_trial(trial)


def _show_trial(trial: Trial) -> None:
    rows = [
        {
            "Qubits": str(qubits),
            "Variance of the slope": f"{slope:.2e}",
            "On a scale of tens": max(0.0, 6 + math.log10(max(slope, 1e-6))),
        }
        for qubits, slope in trial.slopes.items()
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "On a scale of tens": st.column_config.ProgressColumn(
                min_value=0, max_value=6, format=" ", color="#b3741a"
            )
        },
        alt="Variance of the slope in an angle, by number of qubits",
    )
    st.caption(
        f"100 sets of random angles each. Entanglement of the states {trial.entangling:.2f} of 1; "
        f"distance from reaching all states equally often {trial.expressibility:.3f} nats (0 is "
        "best). A slope that shrinks tenfold needs a hundred times the shots to be seen."
    )
