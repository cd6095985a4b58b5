"""Several models' answers for one record, side by side with their evidence."""

import streamlit as st

from qcmfm import service
from qcmfm.explanation import Explanation
from qcmfm.explanation.shares import PartPrediction
from qcmfm.ui.review.evidence.subject import Subject
from qcmfm.ui.shared.formatting import model_name, percent, plain, words_for
from qcmfm.ui.shared.progress import run_with_progress
from qcmfm.ui.shared.resources import load_labeller
from qcmfm.ui.shell.language import _


def show_comparison(subject: Subject) -> None:
    """Ask every model that knows the same labels, once the visitor wants it."""
    labels = set(load_labeller(subject.run).run.labels)
    names = service.runs_for(labels)
    if len(names) < 2:
        st.info(
            _(
                "No other model knows these labels. To compare, train one on the same "
                "records: `python -m qcmfm train --model cross_attention --records … --out "
                "…`; `image_only` and `text_only` are there as well."
            )
        )
        return
    about = (*names, subject.submission)
    if st.session_state.get("compared-about") != about:
        if not st.button(_("Ask all {n} models").format(n=len(names))):
            return
        labellers = [load_labeller(name) for name in names]
        # Saved for this one record, since every click runs the page again.
        st.session_state["compared"] = run_with_progress(
            service.compare_explanations(labellers, subject.submission)
        )
        st.session_state["compared-about"] = about
    compared: list[service.ExplanationComparison] = st.session_state["compared"]
    st.dataframe(
        [_row(found) for found in compared], hide_index=True,
        alt=_("What each model says of this record, with its evidence"),
    )  # fmt: skip
    suggested = {found.evidence.label for found in compared}
    verdict = (
        _("All of them say {label}.").format(label=plain(words_for(suggested.pop())))
        if len(suggested) == 1
        else _("They do not agree: needs a look.")
    )  # fmt: skip
    st.markdown(verdict)
    st.caption(
        _(
            "Shares are in the unit of each model's own logits against the mean of all "
            "labels. Those of quantum models are parts of the readout, those of classical "
            "ones come from leaving photo or caption out, so the two kinds can be compared "
            "by sign and order only."
        )
    )


def _row(found: service.ExplanationComparison) -> dict[str, str]:
    evidence: Explanation = found.evidence
    shares, hidden, trust = evidence.shares, evidence.occlusion, evidence.trust
    return {
        _("Run"): found.run,
        _("Model"): _("{model} (simulated)").format(model=model_name(found.model))
        if evidence.quantum
        else model_name(found.model),
        _("Proposed"): words_for(evidence.label),
        _("Sure"): percent(evidence.probabilities[evidence.label]),
        _("Photo"): f"{shares.image:+.2f}",
        _("Caption"): f"{shares.text:+.2f}",
        _("Both together"): f"{shares.interaction:+.2f}",
        _("Without caption"): _alone(shares.without_caption),
        _("Without photo"): _alone(shares.without_photo),
        _("Faithfulness"): _("{faithfulness:+.1f} points").format(
            faithfulness=100 * hidden.faithfulness
        )
        if hidden
        else _("no attention"),
        _("May be"): ", ".join(map(words_for, trust.labels)) or _("none")
        if trust
        else _("not measured"),
    }


def _alone(alone: PartPrediction | None) -> str:
    return f"{words_for(alone.label)} {percent(alone.probability)}" if alone else ""
