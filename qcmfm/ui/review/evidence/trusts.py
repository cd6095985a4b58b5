"""How far a model trusts photo and caption for each feature, on the page Attention."""

import streamlit as st

from qcmfm.explanation import Explanation
from qcmfm.explanation.trusts import TrustedFeature
from qcmfm.ui.review.evidence.sections import DARK, LIGHT
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shell.language import _

DRAWN = 12
"""Features in the figure; the table has all."""


def show_trusts(evidence: Explanation) -> None:
    """The trusts as a figure and a table; nothing for a model without them."""
    if not evidence.features:
        return
    label, drawn = plain(words_for(evidence.label)), evidence.features[:DRAWN]
    st.header(_("Trust, feature by feature"), anchor=False)
    st.markdown(
        _(
            "This model asks photo and caption the same {n} questions, which it made up in "
            "training and nobody named. For each it learnt how far to trust the photo, how "
            "far the caption, and how far both together. The {most} that mattered most here:"
        ).format(n=len(evidence.features), most=len(drawn))
    )
    _figure(drawn)
    photo = sum(one.image_trust > one.text_trust for one in evidence.features)
    st.caption(
        _(
            "The trusts are the same for every record; the bars are this record’s. Of {n} "
            "features the photo is trusted further for {photo}, the caption for {caption}. "
            "What a feature gives {label} is measured: it is asked again with photo and "
            "caption both saying no. It is in the unit of the logits, against the mean of "
            "all labels; features act on each other, so it does not add up."
        ).format(
            n=len(evidence.features),
            photo=photo,
            caption=len(evidence.features) - photo,
            label=label,
        )
    )
    with st.expander(_("All {n} features").format(n=len(evidence.features))):
        _table(evidence.features, label)


def _figure(features: list[TrustedFeature]) -> None:
    """Trusts as points, what photo and caption say as bars, one row for each feature."""
    from plotly.subplots import make_subplots

    rows = list(range(len(features)))
    figure = make_subplots(
        1, 2, shared_yaxes=True, horizontal_spacing=0.06,
        subplot_titles=(_("How far it is trusted"), _("What this record says")),
    )  # fmt: skip
    for row, one in zip(rows, features, strict=True):
        figure.add_scatter(
            x=[one.image_trust, one.text_trust], y=[row, row], mode="lines", hoverinfo="skip",
            line={"color": "#8a8a8a", "width": 2}, showlegend=False, row=1, col=1,
        )  # fmt: skip
    for name, colour, symbol, trusts, answers in (
        (_("photo"), DARK, "circle",
         [one.image_trust for one in features], [one.image for one in features]),
        (_("caption"), LIGHT, "square",
         [one.text_trust for one in features], [one.text for one in features]),
    ):  # fmt: skip
        figure.add_scatter(
            x=trusts, y=rows, mode="markers", name=name, row=1, col=1,
            marker={"color": colour, "symbol": symbol, "size": 11},
            hovertemplate=_("{name} trusted").format(name=name) + " %{x:.0%}<extra></extra>",
        )  # fmt: skip
        figure.add_bar(
            x=answers, y=rows, orientation="h", name=name, marker={"color": colour}, row=1, col=2,
            showlegend=False,
            hovertemplate=_("{name} says yes").format(name=name) + " %{x:.0%}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(range=[-0.03, 1.03], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.update_yaxes(
        autorange="reversed", tickvals=rows,
        ticktext=[f"{one.number} ({one.change:+.2f})" for one in features],
    )  # fmt: skip
    figure.update_yaxes(title=_("Feature, and what it gives"), row=1, col=1)
    figure.update_layout(
        height=30 * len(features) + 110, margin={"l": 0, "r": 20, "t": 30, "b": 0}, bargap=0.25,
        legend={"orientation": "h", "y": -0.08},
    )  # fmt: skip
    sentence = "; ".join(
        _(
            "feature {number} trusts the photo {image_trust:.0%}, the caption {text_trust:.0%}"
        ).format(number=one.number, image_trust=one.image_trust, text_trust=one.text_trust)
        for one in features
    )
    st.plotly_chart(figure, key="trusts", config={"displayModeBar": False}, alt=sentence)


def _table(features: list[TrustedFeature], label: str) -> None:
    number, gives = st.column_config.NumberColumn, _("Gives")
    rows = [
        {
            _("Feature"): one.number,
            _("Photo trusted"): one.image_trust,
            _("Caption trusted"): one.text_trust,
            _("Both trusted"): one.trust_together,
            _("Photo says yes"): one.image,
            _("Caption says yes"): one.text,
            _("Together yes"): one.fused,
            gives: one.change,
        }
        for one in features
    ]
    st.dataframe(
        rows,
        hide_index=True,
        alt=_("Every feature, its trusts, and what it gives {label}").format(label=label),
        column_config={
            name: number(format="%+.3f" if name == gives else "percent")
            for name in list(rows[0])[1:]
        },
    )
