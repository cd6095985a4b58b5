"""What a model suggests for a record: the likeliest labels, and how certain they are."""

from collections.abc import Mapping

import streamlit as st

from qcmfm import service
from qcmfm.inference.prediction import Prediction
from qcmfm.ui.shared.formatting import percent, plain, words_for
from qcmfm.ui.shell.language import N_, _

SIMULATED = N_(
    "The proposal comes from a simulated quantum circuit, run on this computer. No "
    "quantum computer was used."
)
CLASSICAL = N_("The suggestion comes from a classical model, without a quantum circuit.")
QUANTUM_PARTS = N_("Quantum parts are simulated on this computer. No quantum computer is used.")


def show_model_note(run: str, predictions: Mapping[str, Prediction]) -> None:
    """Say what kind of model the suggestions come from; nothing where there are none.

    Args:
        run: The run that made them; empty for none.
        predictions: The suggestions, by record id.
    """
    if run and predictions:
        st.caption(_(SIMULATED if run in service.circuit_runs() else CLASSICAL))


def probability_bars(prediction: Prediction, top: int = 3) -> None:
    """The likeliest labels with their calibrated probabilities."""
    for label, probability in prediction.ranked[:top]:
        st.progress(probability, text=f"{plain(words_for(label))} · {percent(probability)}")


def uncertainty_text(prediction: Prediction) -> str:
    """What else the label may be, and whether the model knows such things; Markdown."""
    labels, lines = prediction.label_set, []
    if labels is not None:
        names = [plain(words_for(label)) for label in labels]
        if len(names) == 1:
            sure = _("{label}, and no other label is likely enough").format(label=names[0])
            lines.append(f":material/check_circle: {sure}")
        elif names:
            unsure = _("{others} or {last}: needs a look")
            unsure = unsure.format(others=", ".join(names[:-1]), last=names[-1])
            lines.append(f":material/help: {unsure}")
        else:
            lines.append(f":material/help: {_('no label is likely enough: needs a look')}")
    if prediction.in_scope == "no":
        strange = _("unlike anything the model was trained on")
        lines.append(f":material/explore_off: {strange}")
    return "  \n".join(lines)
