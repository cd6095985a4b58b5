"""The state of a circuit after one of its steps, as the Circuit page shows it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm.lab.circuit_inputs import Readout
from qcmfm.lab.state_steps import Walk
from qcmfm.ui.lab.pictures import BOTH, IMAGE, bars, curve, shares_bars
from qcmfm.ui.lab.state_pictures import amplitude_columns, bloch_spheres, phase_key
from qcmfm.ui.lab.svg import show_drawn
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.address_widgets import switch
from qcmfm.ui.shared.layout import wrapping_container
from qcmfm.ui.shell.language import N_, _

SIZES = ("sizes", "probabilities")


def show_step(address: Address, readout: Readout, states: Walk, step: int) -> None:
    """Everything there is to see of the state."""
    st.header(_("The state at this step"), anchor=False)
    with wrapping_container("state"):
        left, middle, right = st.columns(3, gap="medium")
    with left:
        _heading(_("How the modalities mix"), MIXING)
        show_drawn(
            curve(
                {
                    _("entanglement of wire 0"): (states.entropy.tolist(), IMAGE),
                    _("photo and caption meet"): (states.interference.tolist(), BOTH),
                },
                step,
                _("Entanglement of the modality qubit and how far photo and caption meet, by step"),
            ),
            "curve",
        )
        st.caption(
            _(
                "Wire 0 with the rest: **{entropy:.3f}** bit · all wires: "
                "{entanglement:.3f} · meeting: {interference:.3f}"
            ).format(
                entropy=states.entropy[step].item(),
                entanglement=states.entanglement[step].item(),
                interference=states.interference[step].item(),
            )
        )
    with middle:
        _heading(_("Who made the readings"), SHARES)
        st.html(shares_bars(states.shares[step]))
    with right:
        _heading(_("Labels, if one measured now"), EARLY)
        st.html(bars(labels_at(readout, states, step), top=5))
        st.caption(_("Trained to be read at the end only; before that it is a guess."))
    _show_amplitudes(address, states, step)
    _heading(_("One arrow for each qubit"), ARROWS)
    show_drawn(bloch_spheres(states.bloch[step]), "arrows")


def _show_amplitudes(address: Address, states: Walk, step: int) -> None:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        _heading(_("All amplitudes"), AMPLITUDES)
    what = switch(
        address, _("Columns show"), "columns", SIZES, "sizes", right, label_visibility="collapsed"
    )
    columns = amplitude_columns(states.states[step], what == "probabilities")
    show_drawn(columns + phase_key(), "amplitudes")


def labels_at(readout: Readout, states: Walk, step: int) -> dict[str, float]:
    """Probability of each label, were the wires measured after a step."""
    return dict(zip(readout.labels, states.probabilities[step].tolist(), strict=True))


def _heading(words: str, explanation: str, place: DeltaGenerator | None = None) -> None:
    (place or st).markdown(f"**{words}**", help=_(explanation))


MIXING = N_(
    "At the start wire 0 says which half is the photo (0) and which the caption (1). "
    "The gates entangle it with the other wires: 1 bit is as much as one qubit can "
    "have. Photo and caption meet where both put amplitude on the same outcome; only "
    "there can they add up or cancel out."
)
SHARES = N_(
    "A reading is a number between −1 and +1. It splits exactly into what the photo's "
    "half would give alone, what the caption's half would give alone, and what only "
    "both together give. The last part is zero if the photo and the caption never meet."
)
EARLY = N_(
    "The same weighted sum as at the end, applied to the readings that this step would give."
)
AMPLITUDES = N_(
    "A register of n qubits has 2ⁿ possible outcomes, and a number for each, its "
    "amplitude. The square of its size is the probability of the outcome; its phase "
    "decides whether it adds to others or cancels them when gates mix them. At the "
    "start the left half of the list holds the photo, the other the caption."
)
ARROWS = N_(
    "Up means the wire surely reads 0, down that it surely reads 1. An arrow shorter "
    "than its ball means that the wire is entangled: it has no state of its own."
)
