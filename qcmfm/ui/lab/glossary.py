"""The words of circuits and noise, to look up."""

import streamlit as st

from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.address_widgets import write_text
from qcmfm.ui.shell.language import N_, _

GLOSSARY = {
    N_("Amplitude"): N_(
        "A number that belongs to one outcome. Its size squared is the "
        "probability of the outcome; its phase decides whether it adds to "
        "others or cancels them."
    ),
    N_("Angle"): N_("How far a gate turns a qubit. Training a circuit is choosing its angles."),
    N_("Ansatz"): N_("The pattern of gates that is trained, before its angles are known."),
    N_("Attention"): N_(
        "A part of ordinary neural networks that lets words take from regions "
        "what fits, and regions from words."
    ),
    N_("Barren plateau"): N_(
        "In large random circuits all slopes are almost zero, so training cannot begin."
    ),
    N_("Bloch ball"): N_(
        "A picture of one qubit as an arrow. Up reads 0, down reads 1; short "
        "means entangled or noisy."
    ),
    N_("Calibrated"): N_("Of all labels given with 80% confidence, about 80% are right."),
    N_("Channel"): N_("The mathematical form of one kind of noise."),
    N_("Circuit"): N_("Gates in a row on a few wires, each wire one qubit."),
    N_("Depth"): N_("How many steps a circuit takes if independent gates run at once."),
    N_("Entanglement"): N_("Qubits that have a state together but none of their own."),
    N_("Error mitigation"): N_(
        "Guessing what a reading would be without noise, from readings under more of it."
    ),
    N_("Expectation value"): N_("The mean of a reading over infinitely many shots, from −1 to +1."),
    N_("Fidelity"): N_("How alike two states are, from 0 to 1."),
    N_("Gate"): N_("One operation on one qubit or two."),
    N_("Interference"): N_(
        "Amplitudes of one outcome that arrive by different ways add up or cancel out."
    ),
    N_("Macro-F1"): N_(
        "A figure like accuracy in which every label counts the same, however rare."
    ),
    N_("Noise"): N_(
        "Everything that goes wrong on a device: unwanted turns, decay, wrong readings."
    ),
    N_("OpenQASM"): N_("A text format for circuits that most quantum software reads."),
    N_("Phase"): N_(
        "The direction of an amplitude, shown as a colour. Probabilities do not show it."
    ),
    N_("Purity"): N_("1 for a state that is fully known; it falls as noise makes a mixture of it."),
    N_("Qubit"): N_(
        "The smallest piece of quantum information. Read, it gives 0 or 1; "
        "before, it can be in both to some degree."
    ),
    N_("Readout error"): N_("A wire is read as 1 though it was 0, or the other way round."),
    N_("Shot"): N_("One run of a circuit with one reading of every wire."),
    N_("Simulation"): N_(
        "An ordinary computer works out what a quantum device would do. "
        "Exact here; impossible beyond some fifty qubits."
    ),
    N_("T1 and T2"): N_("How long a qubit keeps its energy (T1) and its phase (T2)."),
}


def show_glossary(address: Address) -> None:
    """Every special word of these pages."""
    st.header(_("Glossary"), anchor=False)
    term = write_text(address, _("Find a word"), "glossary")
    wanted = term.strip().casefold()
    shown = {
        word: meaning
        for word, meaning in ((_(word), _(meaning)) for word, meaning in GLOSSARY.items())
        if wanted in word.casefold() or wanted in meaning.casefold()
    }
    if not shown:
        st.caption(_("No such word here."))
    left, right = st.columns(2, gap="medium")
    for number, (word, meaning) in enumerate(shown.items()):
        (left if number < (len(shown) + 1) // 2 else right).markdown(f"**{word}.** {meaning}")
