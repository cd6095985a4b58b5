"""Measured evidence beside the attention map: hiding, shares, words."""

from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from qcmfm.encoders.photo import read_photo
from qcmfm.explanation import Explanation, outlined
from qcmfm.explanation.shares import PartPrediction
from qcmfm.explanation.words import MOST
from qcmfm.ui.review.evidence.subject import Subject
from qcmfm.ui.shared.formatting import in_figure, percent, plain, words_for
from qcmfm.ui.shell.language import _

# Two colours that differ in lightness as well, so that they stay apart in grey, and that have a
# contrast of more than 3 with the white page and with the dark one.
DARK, LIGHT = "#3a6fb0", "#b58a00"
CLEAR = 0.02
"""A difference of probabilities below this is shown as none."""


def show_occlusion(subject: Subject, evidence: Explanation) -> None:
    """What happens to the probability when the attended part is hidden."""
    found = evidence.occlusion
    if found is None:
        st.info(_("Only a photo that a caption looked at can be hidden in part."))
        return
    label, area = plain(words_for(found.label)), float(found.hidden.mean())
    elsewhere = float(np.mean(found.elsewhere)) if found.elsewhere else found.unchanged
    st.markdown(
        _(
            "With nothing hidden the model gives **{label}** {whole}. With the "
            "attended {area:.0%} of the photo hidden: **{attended}**. With as much "
            "hidden at {n} other places: **{elsewhere}** on average."
        ).format(
            label=label,
            whole=percent(found.unchanged),
            area=area,
            attended=percent(found.attended),
            n=len(found.elsewhere),
            elsewhere=percent(elsewhere),
        )
    )
    gap = found.faithfulness
    if gap > CLEAR:
        verdict = _("so for this record the attended part matters more than others.")
    elif gap < -CLEAR:
        verdict = _("so other parts matter more: do not read the heat as the model's reason.")
    else:
        verdict = _(
            "so the attended part matters no more than others. Do not read it as the reason."
        )
    st.markdown(
        _("Faithfulness **{value:+.1f} points**, {verdict}").format(
            value=100 * gap, verdict=verdict
        )
    )
    left, right = st.columns(2, gap="medium")
    photo = read_photo(subject.submission.photo, subject.submission.name, at_least=420)
    photo.thumbnail((420, 420), Image.Resampling.LANCZOS)
    left.image(
        outlined(photo, found.hidden),
        alt=_("The photo with a line round the part that is hidden"),
        caption=_("Hidden is what the line encloses, in the photo's mean colour."),
    )  # fmt: skip
    with right:
        _curves(found.steps, found.deletion, found.insertion, words_for(found.label))
        st.caption(
            _(
                "Area under the curve: {deletion_area:.2f} while hiding (low is faithful), "
                "{insertion_area:.2f} while showing (high is faithful)."
            ).format(deletion_area=found.deletion_area, insertion_area=found.insertion_area)
        )


def _curves(
    steps: tuple[float, ...], deletion: tuple[float, ...], insertion: tuple[float, ...], label: str
) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    for name, values, colour, dash in (
        (_("hiding the most attended first"), deletion, DARK, "solid"),
        (_("showing the most attended first"), insertion, LIGHT, "dash"),
    ):
        figure.add_scatter(
            x=steps, y=values, name=name, mode="lines+markers", line={"color": colour, "dash": dash}
        )
    figure.update_layout(
        height=330, margin={"l": 0, "r": 0, "t": 10, "b": 0},
        legend={"orientation": "h", "y": -0.25},
        xaxis={"title": _("Share of the photo"), "tickformat": ".0%", "range": [0, 1]},
        yaxis={
            "title": _("Probability of {label}").format(label=in_figure(label)),
            "tickformat": ".0%", "range": [0, 1.02],
        },
    )  # fmt: skip
    st.plotly_chart(
        figure, key="curves", config={"displayModeBar": False},
        alt=_("Probability while hiding: {deletion}; while showing: {insertion}").format(
            deletion=_listed(deletion), insertion=_listed(insertion)
        ),
    )  # fmt: skip


def _listed(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.0%}" for value in values)


def show_shares(evidence: Explanation) -> None:
    """What photo and caption gave, as signed bars, and the answers without either."""
    found = evidence.shares
    label = plain(words_for(found.label))
    parts = {
        _("Photo"): found.image,
        _("Caption"): found.text,
        _("Both together"): found.interaction,
        _("Always"): found.constant,
    }
    signed_bars(
        parts, "shares",
        _("For {label}: ").format(label=words_for(found.label))
        + ", ".join(f"{name} {value:+.2f}" for name, value in parts.items()),
    )  # fmt: skip
    how = (
        _(
            "These are exact parts of what the simulated circuit reads out, and they add "
            "up to the whole, {total:+.2f}. They tell of the readout, not of causes: after "
            "photo and caption looked at each other, each half already holds something of "
            "the other."
        ).format(total=found.total)
        if found.exact
        else _("Found by taking photo and caption away; together they make {total:+.2f}.").format(
            total=found.total
        )
    )
    st.caption(
        _(
            "Right of the line speaks for {label}, left of it against, measured against "
            "the mean of all labels. {how}"
        ).format(label=label, how=how)
    )
    rows = [{_("Asked with"): _("photo and caption"), **_row(evidence)}]
    for what, alone in (
        (_("the photo alone"), found.without_caption),
        (_("the caption alone"), found.without_photo),
    ):
        if alone:
            rows.append({_("Asked with"): what, **_alone_row(alone, found.label)})
    st.dataframe(rows, hide_index=True, alt=_("The answers with and without photo and caption"))


def _row(evidence: Explanation) -> dict[str, str]:
    best = evidence.probabilities[evidence.label]
    return _cells(evidence.label, best, evidence.label, best)


def _alone_row(alone: PartPrediction, label: str) -> dict[str, str]:
    return _cells(alone.label, alone.probability, label, alone.of_label)


def _cells(suggested: str, sure: float, label: str, of_label: float) -> dict[str, str]:
    return {
        _("Proposed"): words_for(suggested),
        _("Sure"): percent(sure),
        _("Of that, {label}").format(label=words_for(label)): percent(of_label),
    }


def signed_bars(parts: dict[str, float], key: str, alt: str, percent: bool = False) -> None:
    """Horizontal bars to either side of zero, the first at the top."""
    import plotly.graph_objects as go

    values = list(parts.values())
    texts = [
        _("{value:+.1f} points").format(value=100 * v) if percent else f"{v:+.2f}" for v in values
    ]
    figure = go.Figure(
        go.Bar(
            x=values, y=list(range(len(values))), orientation="h", text=texts,
            textposition="outside", cliponaxis=False, hoverinfo="skip",
            marker={"color": [DARK if v >= 0 else LIGHT for v in values]},
        )
    )  # fmt: skip
    most = max([abs(v) for v in values] + [0.01])
    low, high = min([*values, 0.0]), max([*values, 0.0])
    figure.update_layout(
        height=34 * len(values) + 30, margin={"l": 0, "r": 0, "t": 4, "b": 4},
        xaxis={
            "range": [low - 0.3 * most, high + 0.3 * most], "zeroline": True,
            "showticklabels": False,
        },
        yaxis={
            "autorange": "reversed", "tickvals": list(range(len(values))),
            "ticktext": [in_figure(name[:40]) for name in parts],
        },
    )  # fmt: skip
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)


def show_words(evidence: Explanation) -> None:
    """What each word of the caption did to the probability."""
    if not evidence.words:
        st.info(_("There is no caption with a word that could be left out."))
        return
    label = words_for(evidence.label)
    ranked = sorted(evidence.words, key=lambda found: -abs(found.change))[:12]
    parts: dict[str, Any] = {}
    for found in ranked:
        name = found.word
        while name in parts:
            name += " "  # the caption has the same word twice
        parts[name] = found.change
    texts = ", ".join(f"{found.word} {100 * found.change:+.1f}" for found in ranked)
    signed_bars(
        parts,
        "words-left-out",
        _("Points of {label}: {told}").format(label=label, told=texts),
        percent=True,
    )
    turned = [found for found in evidence.words if found.label != evidence.label]
    st.caption(
        _(
            "How many points of probability {label} owes to each word: the caption is read "
            "again without it. Words can stand in for each other, so that none of them "
            "alone seems to matter."
        ).format(label=plain(label))
        + (
            ""
            if len(evidence.spans) <= MOST
            else _(" The first {more} words were left out in turn.").format(more=MOST)
        )
    )
    for found in turned[:5]:
        st.markdown(
            _("Without “{word}” it would be called **{label}**.").format(
                word=plain(found.word), label=plain(words_for(found.label))
            )
        )
