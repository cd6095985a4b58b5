"""What may be claimed of the model and what not, with the figures that were measured."""

from collections.abc import Iterator

import streamlit as st

from qcmfm import service
from qcmfm.core.errors import QcmfmError
from qcmfm.runs.folder import read_metrics
from qcmfm.service import ModelComparison
from qcmfm.ui.shared.formatting import model_name, plain, words_for
from qcmfm.ui.shell.language import _

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
    """What the studies say, in favour or not."""
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
    """How often attention is on the thing that a word names."""
    figures: list[str] = []
    for name, found in _test_metrics():
        try:
            pointing = found["grounding"]["pointing"]
            values = {
                which: pointing[which]["value"] for which in ("attention", "chance", "centre")
            }
        except (KeyError, TypeError):
            continue
        figures.append(
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
        _("Measured where the true place is known: {told}.").format(told="; ".join(figures))
        if figures
        else ""
    )
    answer = _(
        "Attention says which numbers were mixed, not why the label came out. It can "
        "lie on the wrong thing while the label is right."
    )
    return f"{answer} {measured}"


def _confidence() -> str:
    """How far stated confidence is from what comes true."""
    figures: list[str] = []
    for name, found in _test_metrics():
        try:
            figures.append(
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
    measured = _("Measured: {told}.").format(told="; ".join(figures)) if figures else ""
    answer = _(
        "Only if it is calibrated, and then only for records like those it was "
        "measured on. Confidence is a figure the model computes, not a fact about the "
        "object."
    )
    return f"{answer} {measured}"
