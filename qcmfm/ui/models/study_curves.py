"""The studies whose results are curves: two views of an image, and noise."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import streamlit as st

from qcmfm.core.colours import LINES
from qcmfm.ui.shared.formatting import model_name, plain, words_for
from qcmfm.ui.shell.language import _

_IMAGE_SETS = {"mnist": "MNIST", "cifar10": "CIFAR-10"}


def show_views(found: Mapping[str, Any]) -> None:
    """Accuracy against parameters on views of an image, and how many times fewer are enough."""
    for name, part in found.items():
        title = _IMAGE_SETS.get(name, plain(words_for(name)))
        st.markdown(f"**{title}** · {plain(saving_sentence(part['saving']))}")
        curves = {
            _("Side by side") if line == "concat" else model_name(line): points
            for line, points in part["curves"].items()
        }
        _curves(curves, "parameters", _("trainable parameters"), log=True)


def saving_sentence(saving: Mapping[str, float]) -> str:
    """Whether the FE-QMFNN needs fewer parameters, from the figures of the study."""
    if not saving:
        return _("The FE-QMFNN was not measured.")
    text = _(
        "The FE-QMFNN reaches {accuracy:.1%} with {parameters:,.0f} parameters, the best "
        "classical network {best_classical:.1%}."
    ).format(**saving)
    times = saving["times_fewer"]
    if not times:
        worth = _("No classical network of those tried is as accurate.")
    elif times > 1:
        worth = _("The smallest classical network as accurate has {times:.1f} times as many.")
    else:
        worth = _(
            "A classical network with {times:.2f} times its parameters is as accurate, so it "
            "saves none."
        )
    behind = saving.get("behind_ten_times")
    tenth = _("With a tenth of a classical network's parameters it is {points:.1f} points behind.")
    text = f"{text} {worth.format(times=times)}"
    return text if behind is None else f"{text} {tenth.format(points=100 * behind)}"


def show_noise(found: Mapping[str, Any]) -> None:
    """Accuracy against the strength of the noise."""
    st.caption(
        _("A circuit of six qubits; every channel acts after every gate, simulated exactly.")
    )
    for name, curves in found.items():
        st.markdown(f"**{plain(words_for(name))}**")
        # A line is named after its channel, and after a comma says that it was trained under it.
        trained = {line.partition(", ")[0] for line in curves if ", " in line}
        both = {line: curves[line] for line in curves if line.partition(", ")[0] in trained}
        shown = {words_for(line): points for line, points in (both or curves).items()}
        _curves(shown, "strength", _("strength of the channel"))
        with st.expander(_("Every channel")):
            _channels(curves)


def _channels(curves: Mapping[str, Sequence[Mapping[str, float]]]) -> None:
    """Accuracy under every channel, a column for each strength."""
    strengths = sorted({point["strength"] for points in curves.values() for point in points})
    rows = [
        {"channel": words_for(line)}
        | {f"{point['strength']:g}": 100 * point["value"] for point in points}
        for line, points in sorted(curves.items())
    ]
    st.dataframe(
        rows, hide_index=True, height="content", placeholder="–",
        column_config={
            "channel": st.column_config.TextColumn(_("Channel"), width=230),
            **{
                f"{at:g}": st.column_config.NumberColumn(format="%.1f%%", width=65)
                for at in strengths
            },
        },
        alt=_("Accuracy under every channel, a column for each strength"),
    )  # fmt: skip


def _curves(
    curves: Mapping[str, Sequence[Mapping[str, float]]], x: str, title: str, log: bool = False
) -> None:
    rows = [
        {"line": name, x: point[x], "accuracy": 100 * point["value"]}
        for name, points in curves.items()
        for point in points
    ]
    axis = alt.Scale(type="log") if log else alt.Scale()
    colours = alt.Scale(range=list(LINES))
    legend = alt.Legend(orient="top", columns=2, labelLimit=0)
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=alt.X(f"{x}:Q", title=title, scale=axis, axis=alt.Axis(tickCount=6)),
            y=alt.Y("accuracy:Q", title=_("accuracy, %"), scale=alt.Scale(zero=False)),
            color=alt.Color(
                "line:N",
                title=None,
                sort=None,
                scale=colours,
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("line:N", title=_("Line")),
                alt.Tooltip(f"{x}:Q", title=title),
                alt.Tooltip("accuracy:Q", title=_("accuracy, %"), format=".1f"),
            ],
        )
        .properties(height=400)
    )
    text = _("Accuracy against {title}, {n} lines").format(title=title, n=len(curves))
    st.altair_chart(chart, width="stretch", alt=text)
