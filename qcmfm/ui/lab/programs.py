"""The circuit to take away: as a program for other software, and as a picture."""

import streamlit as st
from jaxtyping import Float
from torch import Tensor

from qcmfm.lab.circuit_inputs import Readout
from qcmfm.lab.report import figure_bytes
from qcmfm.quantum.drawing import draw
from qcmfm.quantum.openqasm import openqasm
from qcmfm.quantum.pennylane_program import pennylane_program
from qcmfm.ui.shell.language import _


def show_programs(
    readout: Readout, amplitudes: Float[Tensor, " amplitude"], record_id: str
) -> None:
    """Downloads of the circuit as it is switched now, with this record's amplitudes."""
    st.header(
        _("Take it away"),
        anchor=False,
        help=_(
            "All of these are written from the same description of the circuit that "
            "is simulated here, so they give the same readings."
        ),
    )
    exact = amplitudes.double() / amplitudes.double().norm()
    angles = readout.angles.double()
    name = f"circuit-{record_id}"
    with st.container(horizontal=True):
        for label, file, mime, make in (
            ("OpenQASM 3", f"{name}.qasm", "text/plain",
             lambda: openqasm(readout.circuit, angles, exact)),
            ("Python (PennyLane)", f"{name}.py", "text/x-python",
             lambda: pennylane_program(readout.circuit, angles, exact)),
            (_("Figure, PNG"), f"{name}.png", "image/png",
             lambda: figure_bytes(draw(readout.circuit, weights=angles), "png")),
            (_("Figure, SVG"), f"{name}.svg", "image/svg+xml",
             lambda: figure_bytes(draw(readout.circuit, weights=angles), "svg")),
        ):  # fmt: skip
            st.download_button(
                label, make, file, mime, key=f"take-{file}", icon=":material/download:",
                on_click="ignore",
            )  # fmt: skip
    place = st.expander(
        _("The figure of one layer, and the beginning of the program"),
        key="programs", on_change="rerun",
    )  # fmt: skip
    if not place.open:
        return  # the figure takes longer than all the rest of the page
    with place:
        if readout.circuit.gates:
            layer = readout.circuit.gates[0].layer
            first = [g for g in readout.circuit.gates if g.layer == layer]
            st.image(
                figure_bytes(draw(readout.circuit, layer=layer, weights=angles), "png"),
                alt=_("Layer {layer} of the circuit, {n} gates").format(
                    layer=layer + 1, n=len(first)
                ),
            )
        st.code(
            "\n".join(openqasm(readout.circuit, angles).splitlines()[:24]),
            language="text", wrap_lines=True,
        )  # fmt: skip
