"""The sweep of the Noise lab: figures of several kinds of noise at rising strength."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from qcmfm.lab.later import Point, sweep
from qcmfm.lab.material import Material
from qcmfm.lab.outcome import Outcome
from qcmfm.lab.report import COLOURS, METRICS, picture, place_of, sweep_figure
from qcmfm.quantum.noise import CHANNELS
from qcmfm.ui.address import Address, choose_some, switch
from qcmfm.ui.lab import work_once
from qcmfm.ui.widgets import words_for

FIRST = ("depolarizing", "phase_damping", "amplitude_damping")
_TICKS = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


def show_sweep(address: Address, found: Material, reference: Outcome, fit: str) -> None:
    """A curve with its band for each kind of noise; `fit` adds the mitigated ones."""
    st.header("From no noise to much", anchor=False, help=SWEEP)
    if reference.accuracy is None:
        st.info("No record of this collection has a label, so there is nothing to be right about.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        channels = choose_some(
            address, "Kinds of noise", "sweep", list(CHANNELS), FIRST, max_selections=6
        )
        metric = switch(address, "Figure", "metric", list(METRICS), "accuracy",
                        told=METRICS.__getitem__)  # fmt: skip
    if not channels:
        return
    chart, bar = st.empty(), st.empty()
    points: list[Point] = []
    for number, channel in enumerate(channels):
        points += work_once(
            ("sweep", found.key, channel, fit),
            lambda channel=channel: sweep(found, [channel], reference, fit),
            bar,
        )
        done = number + 1
        chart.altair_chart(
            _chart(points, metric), alt=f"{METRICS[metric]} of {done} kinds of noise by strength"
        )
    bar.empty()
    with st.container(horizontal=True):
        for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml")):
            st.download_button(
                f"Figure, {kind.upper()}",
                lambda kind=kind: picture(sweep_figure(points, metric), kind),
                f"noise-sweep.{kind}", mime, key=f"sweep-{kind}", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip
    with st.expander("The curves as a table"):
        st.dataframe(_rows(points), hide_index=True, alt="Every point of the curves")


def _chart(points: Sequence[Point], metric: str) -> Any:
    """Curves with 95% bands; the axis is linear near 0, then logarithmic."""
    import altair

    rows = [
        {
            "noise": words_for(point.channel),
            "kind": "mitigated" if point.mitigated else "as measured",
            "strength": point.strength,
            "place": place_of(point.strength),
            "flips": point.flips,
            **{side: getattr(getattr(point, metric), side) for side in ("value", "low", "high")},
        }
        for point in points
    ]
    ticks = [place_of(at) for at in _TICKS]
    names = " : ".join(
        f"abs(datum.value - {place}) < 0.01 ? '{at:g}'"
        for place, at in zip(ticks, _TICKS, strict=True)
    )
    x = altair.X("place:Q", title="strength after every gate").axis(
        values=ticks, labelExpr=f"{names} : ''", grid=False
    )
    y = altair.Y("value:Q", title=METRICS[metric]).scale(domain=[0, 1]).axis(format="%")
    colours = altair.Color("noise:N", title=None).scale(range=list(COLOURS))
    colours = colours.legend(orient="bottom", columns=3, symbolOpacity=1)
    base = altair.Chart(altair.InlineData(rows)).encode(x=x, color=colours)
    band = base.mark_area(opacity=0.16).encode(y="low:Q", y2="high:Q")
    band = band.transform_filter("datum.kind == 'as measured'")
    tip = ["noise:N", "kind:N", "strength:Q", altair.Tooltip("value:Q", format=".1%"),
           altair.Tooltip("low:Q", format=".1%"), altair.Tooltip("high:Q", format=".1%"),
           "flips:Q"]  # fmt: skip
    dash = altair.StrokeDash("kind:N", title=None).legend(
        orient="bottom", symbolType="stroke", symbolStrokeColor="#888888", symbolFillColor="none"
    )
    line = base.mark_line(point=True).encode(y=y, strokeDash=dash, tooltip=tip)
    return altair.layer(band, line).properties(height=330)


def _rows(points: Sequence[Point]) -> list[dict[str, Any]]:
    return [
        {
            "Noise": words_for(point.channel),
            "Strength": f"{point.strength:g}",
            "Mitigated": "yes" if point.mitigated else "no",
            "Accuracy": f"{point.accuracy.value:.1%}",
            "Accuracy, 95%": f"{point.accuracy.low:.1%} to {point.accuracy.high:.1%}",
            "Macro-F1": f"{point.macro_f1.value:.1%}",
            "Macro-F1, 95%": f"{point.macro_f1.low:.1%} to {point.macro_f1.high:.1%}",
            "Labels that flip": point.flips,
        }
        for point in points
    ]


SWEEP = (
    "Each kind of noise acts after every gate, or at the reading for a readout error, at rising "
    "strength: a probability, an angle in radians, or a gate's time as a share of T1. The shaded "
    "bands are 95% intervals over the objects of the collection."
)
