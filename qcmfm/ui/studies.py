"""Tables and charts of the studies."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import streamlit as st

from qcmfm.ui.widgets import plain, words_for

SCHEMES = {"test": "Test records", "cv": "Cross-validation"}
TIMED = "Features at hand, one thread, beside whatever else the machine had to do then."
_KINDS = ("classical", "simulated quantum")
_COLOURS = alt.Scale(domain=list(_KINDS), range=["#3b7ea6", "#9a5fc0"])


def choose_part(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let the visitor choose a collection and how it was measured.

    Args:
        summary: Of a comparison.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Collection", list(summary), format_func=words_for, width=260)
        parts = [scheme for scheme in SCHEMES if scheme in summary[name]]
        scheme = st.segmented_control(
            "Measured on", parts, default=parts[0], required=True, format_func=SCHEMES.__getitem__
        )
    return summary[name][scheme or parts[0]]


def show_comparison(part: Mapping[str, Any]) -> None:
    """Who won, the forest plot and the table of one collection and scheme."""
    st.success(plain(part["sentence"]), icon=":material/emoji_events:")
    seeds = {len(found["accuracy"]["by_seed"]) for found in part["systems"].values()}
    st.caption(
        f"{part['records']:,} records of {part['groups']:,} objects; {_range(seeds)} for each "
        "model. Intervals are 95%, from drawing the objects anew; p-values are from exchanging "
        "the two models’ answers by object, corrected after Holm for the number of comparisons."
    )
    rows = _rows(part)
    _forest(rows, "accuracy")
    _table(rows)


def _rows(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each system, the most accurate first."""
    rows: list[dict[str, Any]] = []
    for name, found in part["systems"].items():
        accuracy, gap = found["accuracy"], part["qcmfm_minus"].get(name, {})
        rows.append(
            {
                "Model": words_for(name),
                "Kind": _KINDS[found["quantum"]],
                "Accuracy": accuracy["value"],
                "Low": accuracy["low"],
                "High": accuracy["high"],
                "QCMFM minus it": gap.get("value"),
                "p": gap.get("p_holm"),
                "Macro F1": found["macro_f1"],
                "Calibration error": found.get("ece_calibrated", found["ece"]),
                "Parameters": int(found["parameters"]),
                "Training, s": found["train_seconds"],
                "A record, ms": found["answer_milliseconds"],
            }
        )
    return sorted(rows, key=lambda row: -row["Accuracy"])


def _range(numbers: set[int]) -> str:
    low, high = min(numbers), max(numbers)
    count = f"{low}" if low == high else f"{low} to {high}"
    return f"{count} training{'s' if high > 1 else ''}"


def _forest(rows: Sequence[Mapping[str, Any]], what: str) -> None:
    """Each system's value with its interval."""
    data = alt.Data(values=list(rows))
    order = [row["Model"] for row in rows]
    base = alt.Chart(data).encode(
        y=alt.Y(
            "Model:N", sort=order, title=None, axis=alt.Axis(labelLimit=240, labelOverlap=False)
        ),
        color=alt.Color("Kind:N", scale=_COLOURS, title=None, legend=alt.Legend(orient="top")),
        tooltip=[alt.Tooltip(f"{name}:Q", format=".3f") for name in ("Accuracy", "Low", "High")],
    )
    lines = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("Low:Q", title=what, scale=alt.Scale(zero=False)), x2="High:Q"
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(x="Accuracy:Q")
    best = rows[0]
    told = (
        f"{len(rows)} models; the highest {what} is {best['Model']} with {best['Accuracy']:.3f}; "
        "the table has the numbers"
    )
    # Legend and axis take their room out of the height.
    chart = (lines + points).properties(height=120 + 24 * len(rows))
    st.altair_chart(chart, width="stretch", alt=told)


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    """All figures; a click on a column's head sorts by it."""
    number = st.column_config.NumberColumn
    st.dataframe(
        list(rows),
        hide_index=True,
        height="content",
        placeholder="–",
        column_config={
            "Model": st.column_config.TextColumn(width=165),
            "Kind": st.column_config.TextColumn(width=135),
            **{name: number(format="%.3f") for name in ("Accuracy", "Low", "High", "Macro F1")},
            "Calibration error": number(
                format="%.3f",
                help="Expected calibration error; after temperature scaling where "
                "cross-validation was done, else as trained.",
            ),
            "Parameters": number(format="localized", help="Trainable, projections included."),
            "Training, s": number(format="%.1f", help=TIMED),
            "A record, ms": number(format="%.2f", help=TIMED),
            "QCMFM minus it": number(format="%+.3f"),
            "p": number(format="%.3f", help="Corrected after Holm."),
        },
        alt="Every model with its figures, the most accurate first",
    )


def show_ablation(summary: Mapping[str, Any]) -> None:
    """What each part of the QCMFM is worth."""
    if not summary:
        return
    st.header("Parts of the QCMFM", anchor=False)
    for name, found in summary.items():
        part = found.get("test") or found["cv"]
        st.caption(f"{words_for(name)}, {part['records']:,} records; one factor at a time.")
        rows = _rows(part)
        _forest(rows, "accuracy")
        _table(rows)


def show_views(found: Mapping[str, Any]) -> None:
    """Accuracy against parameters on views of an image, and how many times fewer are enough."""
    if not found:
        return
    st.header("Two views of an image", anchor=False)
    for name, part in found.items():
        st.markdown(f"**{plain(words_for(name))}** · {plain(saving_sentence(part['saving']))}")
        _curves(part["curves"], "parameters", "trainable parameters", log=True)


def saving_sentence(saving: Mapping[str, float]) -> str:
    """Whether the FE-QMFNN needs fewer parameters, from the figures of the study."""
    if not saving:
        return "The FE-QMFNN was not measured."
    told = (
        f"The FE-QMFNN reaches {saving['accuracy']:.1%} with {saving['parameters']:,.0f} "
        f"parameters, the best classical network {saving['best_classical']:.1%}."
    )
    times = saving["times_fewer"]
    if not times:
        return f"{told} No classical network of those tried is as accurate."
    if times > 1:
        return f"{told} The smallest classical network as accurate has {times:.1f} times as many."
    return (
        f"{told} A classical network with {times:.2f} times its parameters is as accurate, so it "
        "saves none."
    )


def show_noise(found: Mapping[str, Any]) -> None:
    """Accuracy against the strength of the noise."""
    if not found:
        return
    st.header("Under noise", anchor=False)
    st.caption("A circuit of six qubits; every channel acts after every gate, simulated exactly.")
    for name, curves in found.items():
        st.markdown(f"**{plain(words_for(name))}**")
        _curves(curves, "strength", "strength of the channel")


def _curves(
    curves: Mapping[str, Sequence[Mapping[str, float]]], x: str, title: str, log: bool = False
) -> None:
    rows = [
        {"Line": words_for(name), x: point[x], "accuracy": point["value"]}
        for name, points in curves.items()
        for point in points
    ]
    axis = alt.Scale(type="log") if log else alt.Scale()
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=alt.X(f"{x}:Q", title=title, scale=axis),
            y=alt.Y("accuracy:Q", scale=alt.Scale(zero=False)),
            color=alt.Color("Line:N", title=None, legend=alt.Legend(orient="top", columns=4)),
            tooltip=["Line:N", f"{x}:Q", alt.Tooltip("accuracy:Q", format=".3f")],
        )
        .properties(height=320)
    )
    st.altair_chart(chart, width="stretch", alt=f"Accuracy against {title}, {len(curves)} lines")
