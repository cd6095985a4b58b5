"""What may be claimed of the model and what not, with the figures that were measured."""

from collections.abc import Iterator

import streamlit as st

from qcmfm import service
from qcmfm.core.errors import QcmfmError
from qcmfm.runs.folder import read_metrics
from qcmfm.service import ModelComparison
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.address_widgets import write_text
from qcmfm.ui.shared.formatting import model_name, plain, words_for
from qcmfm.ui.shell.language import N_, _

ALONE = ("image_only", "text_only", "logistic_tfidf")
"""Models that see the photo or the caption alone."""


def show_claims() -> None:
    """Six claims to be careful with."""
    _claim(
        _("“It runs on a quantum computer.”"),
        _(
            "No. The qubits are **simulated, exactly, on an ordinary computer**. Eight "
            "qubits are 256 numbers, which any laptop holds. Say: *a simulated quantum "
            "circuit*."
        ),
    )
    _claim(_("“Quantum is better.”"), _verdict(service.model_comparisons()))
    _show_comparisons(service.model_comparisons())
    _claim(
        _("“Entanglement understands how image and text belong together.”"),
        _(
            "Entanglement is a kind of correlation between qubits, nothing more. That "
            "photo and caption interfere in the circuit is a fact one can measure; that "
            "this is *understanding* is not. An ordinary attention network mixes them as "
            "well."
        ),
    )
    _claim(
        _("“Under noise this picture flips, so the model is fragile.”"),
        _(
            "One picture proves nothing: records near a border flip under anything. Look "
            "at the share of a whole collection, with its interval, and at more than one "
            "kind of noise. The Noise lab shows both."
        ),
    )
    _claim(_("“The model looked here, so that is the reason.”"), _attention())
    _claim(_("“It is 95% sure, so it is right 95 times in 100.”"), _confidence())


def _claim(claim: str, answer: str) -> None:
    st.header(claim, anchor=False)
    st.markdown(answer)


def _verdict(found: list[ModelComparison]) -> str:
    """What the studies say, whichever way they fall."""
    if not found:
        return _(
            "Nothing was measured here yet, so nothing can be said. A comparison has "
            "to be made with a classical model of the same size on the same records."
        )
    ways = [one.verdict for one in found]
    ahead, within, behind = (
        ways.count(way) for way in ("quantum model ahead", "within chance", "quantum model behind")
    )
    fusing = [one for one in found if one.other not in ALONE]
    better = sum(one.verdict == "quantum model ahead" for one in fusing)
    return _(
        "In the kept studies the quantum model is clearly ahead of another model in "
        "{ahead} of {n} comparisons, clearly behind in {behind}, and within chance in "
        "{within}. But most of those others see less: the photo or the caption alone. "
        "Beside models that also fuse both it is clearly ahead in {better} of {fusing}, "
        "and beside the same model without its circuit in {itself}. **Quantum does not "
        "mean better.**"
    ).format(
        ahead=ahead,
        n=len(found),
        behind=behind,
        within=within,
        better=better,
        fusing=len(fusing),
        itself=_ahead_of_itself(found),
    )


def _ahead_of_itself(found: list[ModelComparison]) -> str:
    """How often the circuit itself made the difference."""
    own = [one.verdict for one in found if one.other == "cross_attention"]
    return _("{count} of {n}").format(count=own.count("quantum model ahead"), n=len(own))


def _show_comparisons(found: list[ModelComparison]) -> None:
    rows = [
        {
            _("Study"): one.study,
            _("Compared with"): model_name(one.other),
            _("Records"): one.records,
            _("Quantum"): f"{one.quantum:.1%}",
            _("Other"): f"{one.classical:.1%}",
            _("Difference"): f"{100 * one.gap:+.1f}",
            _("95% interval"): _("{low:+.1f} to {high:+.1f}").format(
                low=100 * one.low, high=100 * one.high
            ),
            _("p, corrected"): f"{one.chance:.2f}",
            _("Verdict"): _(one.verdict),
        }
        for one in found
    ]
    if rows:
        with st.expander(_("All {n} comparisons").format(n=len(rows))):
            st.dataframe(
                rows,
                hide_index=True,
                height="content",
                alt=_("Quantum model beside other models, by study"),
            )


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
            _(
                "{name}: the most attended region touches the thing in {attention:.0%} of "
                "the words; a random region does in {chance:.0%}, the middle of the "
                "picture in {centre:.0%}"
            ).format(
                name=plain(words_for(name)),
                attention=values["attention"],
                chance=values["chance"],
                centre=values["centre"],
            )
        )
    measured = (
        _("Measured where the true place is known: {told}.").format(told="; ".join(told))
        if told
        else ""
    )
    answer = _(
        "Attention says which numbers were mixed, not why the label came out. It can "
        "lie on the wrong thing while the label is right."
    )
    return f"{answer} {measured}"


def _confidence() -> str:
    """How far stated confidence is from what comes true."""
    told: list[str] = []
    for name, found in _test_metrics():
        try:
            told.append(
                _(
                    "{name}: off by {value:.1f} points on average over {records} test records"
                ).format(
                    name=plain(words_for(name)),
                    value=100 * found["ece"]["value"],
                    records=found["records"],
                )
            )
        except (KeyError, TypeError):
            continue
    measured = _("Measured: {told}.").format(told="; ".join(told)) if told else ""
    answer = _(
        "Only if it is calibrated, and then only for records like those it was "
        "measured on. Confidence is a figure the model computes, not a fact about the "
        "object."
    )
    return f"{answer} {measured}"


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
