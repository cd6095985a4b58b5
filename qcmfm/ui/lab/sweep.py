"""The sweep of the Noise lab: figures of several kinds of noise at rising strength."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from qcmfm.core.colours import LINES
from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.lab.outcome import Outcome
from qcmfm.lab.report import METRICS, axis_position, figure_bytes, sweep_figure
from qcmfm.lab.sweep import Point, sweep
from qcmfm.quantum.noise import CHANNELS
from qcmfm.ui.lab.results import compute_once, result_cache
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.address_widgets import choose_some, switch
from qcmfm.ui.shared.formatting import words_for
from qcmfm.ui.shell.language import N_, _, current_language

FIRST = ("depolarizing", "phase_damping", "amplitude_damping")
_TICKS = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


def show_sweep(address: Address, found: CircuitInputs, reference: Outcome, fit: str) -> None:
    """A curve with its band for each kind of noise; `fit` adds the mitigated ones."""
    st.header(_("From no noise to much"), anchor=False, help=_(SWEEP))
    if reference.accuracy is None:
        st.info(
            _("No record of this collection has a label, so there is nothing to be right about.")
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        channels = choose_some(
            address, _("Kinds of noise"), "sweep", list(CHANNELS), FIRST, max_selections=6
        )
        metric = switch(
            address, _("Figure"), "metric", list(METRICS), "accuracy",
            shown=lambda name: _(METRICS[name]),
        )  # fmt: skip
    if not channels:
        return
    chart, bar = st.empty(), st.empty()
    points: list[Point] = []
    keys = [("sweep", found.key, channel, fit) for channel in channels]
    for number, channel in enumerate(channels):
        points += compute_once(
            keys[number], lambda channel=channel: sweep(found, [channel], reference, fit), bar
        )
        if number + 1 < len(keys) and keys[number + 1] in result_cache():
            continue  # the next curve is there already: both are drawn at once
        drawn = result_cache().get(
            ("chart", *keys[: number + 1], metric, current_language()),
            lambda points=points: _chart(points, metric).to_dict(),
        )
        chart.vega_lite_chart(
            drawn,
            alt=_("{metric} of {n} kinds of noise by strength").format(
                metric=_(METRICS[metric]), n=number + 1
            ),
        )
    bar.empty()
    with st.container(horizontal=True):
        for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml")):
            st.download_button(
                _("Figure, {kind}").format(kind=kind.upper()),
                lambda kind=kind: figure_bytes(sweep_figure(points, metric), kind),
                f"noise-sweep.{kind}", mime, key=f"sweep-{kind}", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip
    table = st.expander(_("The curves as a table"), key="sweep-table", on_change="rerun")
    if table.open:
        table.dataframe(_rows(points), hide_index=True, alt=_("Every point of the curves"))


def _chart(points: Sequence[Point], metric: str) -> Any:
    """Curves with 95% bands; the axis is linear near 0, then logarithmic."""
    import altair

    rows = [
        {
            "noise": words_for(point.channel),
            "kind": _("mitigated") if point.mitigated else _("as measured"),
            "mitigated": point.mitigated,
            "strength": point.strength,
            "place": axis_position(point.strength),
            "flips": point.flips,
            **{side: getattr(getattr(point, metric), side) for side in ("value", "low", "high")},
        }
        for point in points
    ]
    ticks = [axis_position(at) for at in _TICKS]
    names = " : ".join(
        f"abs(datum.value - {place}) < 0.01 ? '{at:g}'"
        for place, at in zip(ticks, _TICKS, strict=True)
    )
    x = altair.X("place:Q", title=_("strength after every gate")).axis(
        values=ticks, labelExpr=f"{names} : ''", grid=False
    )
    y = altair.Y("value:Q", title=_(METRICS[metric])).scale(domain=[0, 1]).axis(format="%")
    colours = altair.Color("noise:N", title=None).scale(range=list(LINES))
    colours = colours.legend(orient="bottom", columns=3, symbolOpacity=1)
    base = altair.Chart(altair.InlineData(rows)).encode(x=x, color=colours)
    band = base.mark_area(opacity=0.16).encode(y="low:Q", y2="high:Q")
    band = band.transform_filter("!datum.mitigated")
    tip = [altair.Tooltip("noise:N", title=_("Noise")), altair.Tooltip("kind:N", title=_("Kind")),
           altair.Tooltip("strength:Q", title=_("Strength")),
           altair.Tooltip("value:Q", title=_("Value"), format=".1%"),
           altair.Tooltip("low:Q", title=_("Low"), format=".1%"),
           altair.Tooltip("high:Q", title=_("High"), format=".1%"),
           altair.Tooltip("flips:Q", title=_("Labels that flip"))]  # fmt: skip
    dash = altair.StrokeDash("kind:N", title=None).legend(
        orient="bottom", symbolType="stroke", symbolStrokeColor="#888888", symbolFillColor="none"
    )
    line = base.mark_line(point=True).encode(y=y, strokeDash=dash, tooltip=tip)
    return altair.layer(band, line).properties(height=330)


def _rows(points: Sequence[Point]) -> list[dict[str, Any]]:
    return [
        {
            _("Noise"): words_for(point.channel),
            _("Strength"): f"{point.strength:g}",
            _("Mitigated"): _("yes") if point.mitigated else _("no"),
            _("Accuracy"): f"{point.accuracy.value:.1%}",
            _("Accuracy, 95%"): _interval(point.accuracy),
            _("Macro-F1"): f"{point.macro_f1.value:.1%}",
            _("Macro-F1, 95%"): _interval(point.macro_f1),
            _("Labels that flip"): point.flips,
        }
        for point in points
    ]


def _interval(found: Any) -> str:
    return _("{low:.1%} to {high:.1%}").format(low=found.low, high=found.high)


SWEEP = N_(
    "Each kind of noise acts after every gate, or at the reading for a readout error, at rising "
    "strength: a probability, an angle in radians, or a gate's time as a share of T1. The shaded "
    "bands are 95% intervals over the objects of the collection."
)
