"""How sure the model is: what its probabilities are worth, what else it may be, what is like it."""

from typing import Any

import numpy as np
import streamlit as st

from qcmfm import service
from qcmfm.explanation import Explanation
from qcmfm.records import Collection
from qcmfm.runs.calibration import Calibration
from qcmfm.runs.neighbours import Neighbour, TrainingNeighbours
from qcmfm.ui.review.evidence.sections import DARK
from qcmfm.ui.review.evidence.subject import Subject
from qcmfm.ui.shared.address import Address, one_of
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shared.records import THUMBNAIL, records, thumbnail
from qcmfm.ui.shared.resources import load_labeller
from qcmfm.ui.shell.language import _

RATES = {"5%": 0.05, "10%": 0.1, "20%": 0.2}


def show_confidence(address: Address, subject: Subject, evidence: Explanation) -> None:
    """The set of labels, the scope, the reliability diagram and the nearest training records."""
    run = load_labeller(subject.run).run
    trust, calibration = evidence.trust, run.calibration
    if trust is None or calibration is None:
        st.info(
            _(
                "Nobody measured yet how far this model can be trusted. python -m qcmfm "
                "calibrate --run {run} --records … does."
            ).format(run=plain(subject.run))
        )
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _show_set(address, evidence, calibration)
        _show_scope(subject.run, trust.unusualness)
    with right:
        _show_reliability(calibration)
    known = _training_collection(run.config["data"]["collection"], calibration.reference)
    same = known and subject.collection and subject.collection.folder == known.folder
    own = subject.record.record_id if same and subject.record else ""
    others = [near for near in trust.neighbours if near.record.record_id != own]
    st.markdown(_("**The training records most like it**"))
    if len(others) < len(trust.neighbours):
        st.caption(_("This record is itself one of them, so the model has seen its label."))
    _show_neighbours(known, others)


def _show_set(address: Address, evidence: Explanation, calibration: Calibration) -> None:
    rate = st.segmented_control(
        _("How often may the true label be missing?"), list(RATES),
        **address.bind("rate", "10%", one_of(list(RATES))),
    )  # fmt: skip
    error_rate = RATES[rate or "10%"]
    labels = calibration.labels
    found = np.array([evidence.probabilities[label] for label in labels])
    names = [plain(words_for(label)) for label in calibration.predicted_labels(found, error_rate)]
    if len(names) == 1:
        st.markdown(_("It is **{label}**; no other label is likely enough.").format(label=names[0]))
    elif names:
        st.markdown(
            _("It may be **{others} or {last}**: needs a look.").format(
                others=", ".join(names[:-1]), last=names[-1]
            )
        )
    else:
        st.markdown(_("**No label** is likely enough: needs a look."))
    measured = next(
        (
            m
            for m in calibration.measured.get("test", [])
            if abs(m["asked"] + error_rate - 1) < 1e-9
        ),
        None,
    )
    if measured:
        held = measured["coverage"]
        st.caption(
            _(
                "Such a set should hold the true label on {asked:.0%} of records like "
                "those it was trained on. On {records} test records it did on {value:.0%} "
                "(95% interval {low:.0%} to {high:.0%}), with {size:.1f} labels on "
                "average."
            ).format(
                asked=1 - error_rate,
                records=measured["records"],
                value=held["value"],
                low=held["low"],
                high=held["high"],
                size=measured["mean_size"]["value"],
            )
        )


def _show_scope(run: str, unusualness: float) -> None:
    if unusualness <= 1:
        st.markdown(
            _(":material/explore: Like what it was trained on ({unusualness:.2f} of 1).").format(
                unusualness=unusualness
            )
        )
    else:
        st.markdown(
            _(
                ":material/explore_off: **Unlike anything it was trained on** "
                "({unusualness:.2f} where 1 is the border). Do not trust the label."
            ).format(unusualness=unusualness)
        )
    st.caption(
        _(
            "Measured by the distance to the nearest training records; the border leaves "
            "out one in twenty of them."
        )
        + _(service.scope_sentence(run))
    )


def _show_reliability(calibration: Calibration) -> None:
    import plotly.graph_objects as go

    rows: list[dict[str, Any]] = calibration.reliability()
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name=_("as it should be"),
        line={"color": "#888888", "dash": "dot"}, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=[row["confidence"] for row in rows], y=[row["right"] for row in rows],
        mode="lines+markers", name=_("measured"), line={"color": DARK},
        customdata=[row["records"] for row in rows],
        hovertemplate=_("sure {x}, right {y} of {n} records").format(
            x="%{x:.0%}", y="%{y:.0%}", n="%{customdata}"
        ) + "<extra></extra>",
        error_y={
            "array": [row["right_high"] - row["right"] for row in rows],
            "arrayminus": [row["right"] - row["right_low"] for row in rows],
        },
    )  # fmt: skip
    figure.update_layout(
        height=320, margin={"l": 0, "r": 0, "t": 10, "b": 0}, showlegend=False,
        xaxis={
            "title": _("How sure the model says it is"), "tickformat": ".0%", "range": [0, 1.02]
        },
        yaxis={"title": _("How often it is right"), "tickformat": ".0%", "range": [0, 1.04]},
    )  # fmt: skip
    figures = "; ".join(
        _("sure {confidence:.0%}, right {right:.0%}").format(
            confidence=row["confidence"], right=row["right"]
        )
        for row in rows
    )
    st.plotly_chart(
        figure, key="reliability", config={"displayModeBar": False},
        alt=_("Reliability diagram: {told}").format(told=figures),
    )  # fmt: skip
    st.caption(
        _(
            "On {n:,} training records, each asked of a model that was not trained on it. "
            "Bars are 95% intervals."
        ).format(n=len(calibration.record_ids))
    )


def _training_collection(name: str, reference: TrainingNeighbours) -> Collection | None:
    """The collection that the run was trained on, where it is here."""
    if name not in service.collection_folders():
        return None
    found = records(name)
    return found if reference.are_of({r.record_id: r.label for r in found.records}) else None


def _show_neighbours(collection: Collection | None, neighbours: list[Neighbour]) -> None:
    """Pictures where the collection is here, else links to where they can be seen."""
    known = {record.record_id: record for record in collection.records} if collection else {}
    row = st.container(horizontal=True)
    for near in neighbours:
        record = known.get(near.record.record_id)
        picture = None
        if record is not None and collection is not None:
            picture = thumbnail(collection, record)
        with row.container(width=THUMBNAIL):
            if picture and record is not None:
                st.image(picture, alt=record.caption or record.record_id)
            title = plain(words_for(near.record.label) or _("no label"))
            st.markdown(f"**{title}** · {near.similarity:.2f}")
            if record is not None:
                st.caption(plain(record.caption[:90]))
            elif near.record.link.startswith(("http://", "https://")):
                st.link_button(_("See it"), near.record.link)
            st.caption(plain(near.record.record_id))
