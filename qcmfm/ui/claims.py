"""What may be claimed of the model and what not, with the figures that were measured."""

from collections.abc import Iterator

import streamlit as st

from qcmfm import service
from qcmfm.errors import QcmfmError
from qcmfm.runs import read_metrics
from qcmfm.service import ModelComparison
from qcmfm.ui.widgets import plain, words_for

NAMES = {
    "late_fusion": "photo and caption, late fusion",
    "tfidf_logistic": "caption alone, TF-IDF",
    "image_logistic": "photo alone",
    "image_only": "photo alone",
    "text_only": "caption alone",
    "concat": "concatenation",
    "cross_attention": "the same model without its circuit",
}


ALONE = ("image_logistic", "tfidf_logistic", "image_only", "text_only")
"""Models that see the photo or the caption alone."""


def show_claims() -> None:
    """Six claims to be careful with."""
    _claim(
        "“It runs on a quantum computer.”",
        "No. The qubits are **simulated, exactly, on an ordinary computer**. Eight qubits are 256 "
        "numbers, which any laptop holds. Say: *a simulated quantum circuit*.",
    )
    _claim("“Quantum is better.”", _verdict(service.comparisons()))
    _show_comparisons(service.comparisons())
    _claim(
        "“Entanglement understands how image and text belong together.”",
        "Entanglement is a kind of correlation between qubits, nothing more. That photo and "
        "caption interfere in the circuit is a fact one can measure; that this is *understanding* "
        "is not. An ordinary attention network mixes them as well.",
    )
    _claim(
        "“Under noise this picture flips, so the model is fragile.”",
        "One picture proves nothing: records near a border flip under anything. Look at the share "
        "of a whole collection, with its interval, and at more than one kind of noise. The Noise "
        "lab shows both.",
    )
    _claim("“The model looked here, so that is the reason.”", _attention())
    _claim("“It is 95% sure, so it is right 95 times in 100.”", _confidence())


def _claim(claim: str, answer: str) -> None:
    st.header(claim, anchor=False)
    st.markdown(answer)


def _verdict(found: list[ModelComparison]) -> str:
    """What the studies say, whichever way they fall."""
    if not found:
        return (
            "Nothing was measured here yet, so nothing can be said. A comparison has to be made "
            "with a classical model of the same size on the same records."
        )
    ways = [one.verdict for one in found]
    ahead, within, behind = (
        ways.count(way) for way in ("quantum model ahead", "within chance", "quantum model behind")
    )
    fusing = [one for one in found if one.other not in ALONE]
    better = sum(one.verdict == "quantum model ahead" for one in fusing)
    return (
        f"In the kept studies the quantum model is clearly ahead of another model in {ahead} of "
        f"{len(found)} comparisons, clearly behind in {behind}, and within chance in {within}. But "
        "most of those others see less: the photo or the caption alone. Beside models that also "
        f"fuse both it is clearly ahead in {better} of {len(fusing)}, and beside the same model "
        f"without its circuit in {_ahead_of_itself(found)}. **Quantum does not mean better.**"
    )


def _ahead_of_itself(found: list[ModelComparison]) -> str:
    """How often the circuit itself made the difference."""
    own = [one.verdict for one in found if one.other == "cross_attention"]
    return f"{own.count('quantum model ahead')} of {len(own)}"


def _show_comparisons(found: list[ModelComparison]) -> None:
    rows = [
        {
            "Study": one.study,
            "Compared with": NAMES.get(one.other, words_for(one.other)),
            "Records": one.records,
            "Quantum": f"{one.quantum:.1%}",
            "Other": f"{one.classical:.1%}",
            "Difference": f"{100 * one.gap:+.1f}",
            "95% interval": f"{100 * one.low:+.1f} to {100 * one.high:+.1f}",
            "Verdict": one.verdict,
        }
        for one in found
    ]
    if rows:
        st.dataframe(rows, hide_index=True, alt="Quantum model beside other models, by study")


def _test_metrics() -> Iterator[tuple[str, dict]]:
    """What was measured of every run on records that it had not seen."""
    for name, folder in service.run_folders().items():
        try:
            found = read_metrics(folder).get("test")
        except QcmfmError:
            continue  # the list of runs on Home says what is wrong with it
        if isinstance(found, dict):
            yield name, found


def _attention() -> str:
    """How often attention lies on the thing that a word names."""
    told: list[str] = []
    for name, found in _test_metrics():
        try:
            pointing = found["grounding"]["pointing"]
            values = {
                which: pointing[which]["value"] for which in ("attention", "chance", "centre")
            }
        except (KeyError, TypeError):
            continue
        told.append(
            f"{plain(words_for(name))}: the most attended region touches the thing in "
            f"{values['attention']:.0%} of the words; a random region does in "
            f"{values['chance']:.0%}, the middle of the picture in {values['centre']:.0%}"
        )
    measured = " Measured where the true place is known: " + "; ".join(told) + "." if told else ""
    return (
        "Attention says which numbers were mixed, not why the label came out. It can lie on the "
        f"wrong thing while the label is right.{measured}"
    )


def _confidence() -> str:
    """How far stated confidence is from what comes true."""
    told: list[str] = []
    for name, found in _test_metrics():
        try:
            told.append(
                f"{plain(words_for(name))}: off by {100 * found['ece']['value']:.1f} points on "
                f"average over {found['records']} test records"
            )
        except (KeyError, TypeError):
            continue
    measured = " Measured: " + "; ".join(told) + "." if told else ""
    return (
        "Only if it is calibrated, and then only for records like those it was measured on. "
        f"Confidence is a figure the model computes, not a fact about the object.{measured}"
    )


GLOSSARY = {
    "Amplitude": "A number that belongs to one outcome. Its size squared is the probability of the "
    "outcome; its phase decides whether it adds to others or cancels them.",
    "Angle": "How far a gate turns a qubit. Training a circuit is choosing its angles.",
    "Ansatz": "The pattern of gates that is trained, before its angles are known.",
    "Attention": "A part of ordinary neural networks that lets words take from regions what fits, "
    "and regions from words.",
    "Barren plateau": "In large random circuits all slopes are almost zero, so training cannot "
    "begin.",
    "Bloch ball": "A picture of one qubit as an arrow. Up reads 0, down reads 1; short means "
    "entangled or noisy.",
    "Calibrated": "Of all labels given with 80% confidence, about 80% are right.",
    "Channel": "The mathematical form of one kind of noise.",
    "Circuit": "Gates in a row on a few wires, each wire one qubit.",
    "Depth": "How many steps a circuit takes if independent gates run at once.",
    "Entanglement": "Qubits that have a state together but none of their own.",
    "Error mitigation": "Guessing what a reading would be without noise, from readings under more "
    "of it.",
    "Expectation value": "The mean of a reading over infinitely many shots, from −1 to +1.",
    "Fidelity": "How alike two states are, from 0 to 1.",
    "Gate": "One operation on one qubit or two.",
    "Interference": "Amplitudes of one outcome that arrive by different ways add up or cancel out.",
    "Macro-F1": "A figure like accuracy in which every label counts the same, however rare.",
    "Noise": "Everything that goes wrong on a device: unwanted turns, decay, wrong readings.",
    "OpenQASM": "A text format for circuits that most quantum software reads.",
    "Phase": "The direction of an amplitude, shown as a colour. Probabilities do not show it.",
    "Purity": "1 for a state that is fully known; it falls as noise makes a mixture of it.",
    "Qubit": "The smallest piece of quantum information. Read, it gives 0 or 1; before, it can be "
    "in both to some degree.",
    "Readout error": "A wire is read as 1 though it was 0, or the other way round.",
    "Shot": "One run of a circuit with one reading of every wire.",
    "Simulation": "An ordinary computer works out what a quantum device would do. Exact here; "
    "impossible beyond some fifty qubits.",
    "T1 and T2": "How long a qubit keeps its energy (T1) and its phase (T2).",
}


def show_glossary() -> None:
    """Every special word of these pages."""
    st.header("Glossary", anchor=False)
    term = st.text_input("Find a word", key="glossary", bind="query-params")
    wanted = term.strip().casefold()
    shown = {
        word: meaning
        for word, meaning in GLOSSARY.items()
        if wanted in word.casefold() or wanted in meaning.casefold()
    }
    if not shown:
        st.caption("No such word here.")
    left, right = st.columns(2, gap="medium")
    for number, (word, meaning) in enumerate(shown.items()):
        (left if number < (len(shown) + 1) // 2 else right).markdown(f"**{word}.** {meaning}")
