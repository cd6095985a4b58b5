"""Tables and charts of the studies."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import streamlit as st

from qcmfm import service
from qcmfm.core import settings
from qcmfm.ui.shared.formatting import model_name, plain, words_for
from qcmfm.ui.shell.language import N_, _, ngettext

SCHEMES = {"test": N_("Test records"), "cv": N_("Cross-validation")}
TIMED = N_("Features at hand, one thread, beside whatever else the machine had to do then.")
_KINDS = (N_("classical"), N_("simulated quantum"))
_PARTS = {
    "no_entanglement": N_("No entanglement"),
    "frozen_circuit": N_("Circuit not trained"),
    "no_circuit": N_("No circuit"),
    "angle_encoding": N_("Angles, not amplitudes"),
    "mixing_stage_only": N_("First stage only"),
    "interaction_stage_only": N_("Second stage only"),
}
"""What people call the systems of the ablation that leave something out."""


def show_comparisons(summary: Mapping[str, Any]) -> None:
    """Who won, on a collection that the visitor chooses.

    Args:
        summary: Of a comparison.
    """
    _show(_choose_part(summary))


def _choose_part(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let the visitor choose a collection and how it was measured.

    Args:
        summary: Of a comparison.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = sorted(summary, key=lambda name: name != settings.DEFAULT_RUN)
        name = st.selectbox(_("Collection"), names, format_func=words_for, width=260)
        parts = [scheme for scheme in SCHEMES if scheme in summary[name]]
        scheme = st.segmented_control(
            _("Measured on"), parts, default=parts[0], required=True,
            format_func=lambda scheme: _(SCHEMES[scheme]),
        )  # fmt: skip
    return summary[name][scheme or parts[0]]


def _show(part: Mapping[str, Any]) -> None:
    """Who won, the forest plot and the table of one collection and scheme."""
    st.info(plain(_(service.study_verdict(part))), icon=":material/balance:")
    seeds = {len(found["accuracy"]["by_seed"]) for found in part["systems"].values()}
    st.caption(
        _(
            "{records:,} records of {objects:,} objects; {trainings} for each model. Intervals are "
            "95%, from drawing the objects anew; p-values are from exchanging the two models’ "
            "answers by object, corrected after Holm for the number of comparisons."
        ).format(records=part["records"], objects=part["groups"], trainings=_range(seeds))
    )
    rows = _rows(part)
    _forest(rows)
    _table(rows)


def _rows(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each system, the most accurate first."""
    rows: list[dict[str, Any]] = []
    for name, found in part["systems"].items():
        accuracy, gap = found["accuracy"], part["qcmfm_minus"].get(name, {})
        rows.append(
            {
                "model": _("{model} (simulated)").format(model=_system(name))
                if found["quantum"]
                else _system(name),
                "kind": _(_KINDS[found["quantum"]]),
                **{end: 100 * accuracy[end] for end in ("low", "high")},
                "accuracy": 100 * accuracy["value"],
                "interval": _("{low:.1%} to {high:.1%}").format(**accuracy),
                "minus": 100 * gap["value"] if gap else None,
                "p": gap.get("p_holm"),
                "macro_f1": 100 * found["macro_f1"],
                "calibration": 100 * found.get("ece_calibrated", found["ece"]),
                "parameters": int(found["parameters"]),
                "training": found["train_seconds"],
                "answer": found["answer_milliseconds"],
            }
        )
    return sorted(rows, key=lambda row: -row["accuracy"])


def _system(name: str) -> str:
    """What people call a model, or one of the ablation."""
    if name in _PARTS:
        return _(_PARTS[name])
    factor, _underscore, number = name.partition("_")
    if factor == "qubits" and number.isdecimal():
        return ngettext("{n} qubit", "{n} qubits", int(number)).format(n=int(number))
    if factor == "layers" and number.isdecimal():
        return ngettext("{n} layer", "{n} layers", int(number)).format(n=int(number))
    return model_name(name)


def _range(numbers: set[int]) -> str:
    low, high = min(numbers), max(numbers)
    if low < high:
        return _("{low} to {high} trainings").format(low=low, high=high)
    return ngettext("{n} training", "{n} trainings", low).format(n=low)


def _forest(rows: Sequence[Mapping[str, Any]]) -> None:
    """Each system's accuracy with its interval."""
    data = alt.Data(values=list(rows))
    order = [row["model"] for row in rows]
    colours = alt.Scale(domain=[_(kind) for kind in _KINDS], range=["#3b7ea6", "#9a5fc0"])
    text = {"accuracy": _("Accuracy, %"), "low": _("Low, %"), "high": _("High, %")}
    base = alt.Chart(data).encode(
        y=alt.Y(
            "model:N", sort=order, title=None, axis=alt.Axis(labelLimit=240, labelOverlap=False)
        ),
        color=alt.Color(
            "kind:N", scale=colours, title=None, legend=alt.Legend(orient="top", columns=1)
        ),
        tooltip=[alt.Tooltip(f"{n}:Q", title=t, format=".1f") for n, t in text.items()],
    )
    lines = base.mark_rule(strokeWidth=2).encode(
        x=alt.X(
            "low:Q", title=_("accuracy, %"), scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6)
        ),
        x2="high:Q",
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(x="accuracy:Q")
    best = rows[0]
    words = _(
        "{n} models; most often right is {model} with {accuracy:.1f}%; the table has the numbers"
    ).format(n=len(rows), model=best["model"], accuracy=best["accuracy"])
    # Legend and axis take their room out of the height.
    chart = (lines + points).properties(height=120 + 24 * len(rows))
    st.altair_chart(chart, width="stretch", alt=words)


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    """All figures, in two tables that fit a small screen; a click on a column's head sorts."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    points = number(
        _("QCMFM minus it"), format="%+.1f", width=100, help=_("In points: hundredths.")
    )
    _figures(
        rows,
        _("Every model with its accuracy, the highest first"),
        accuracy=number(_("Accuracy"), format="%.1f%%", width=75),
        interval=text(_("95% interval"), width=110),
        minus=points,
        p=number("p", format="%.3f", width=55, help=_("Corrected after Holm.")),
    )
    with st.expander(_("More figures")):
        _figures(
            rows,
            _("Every model with what else was measured of it"),
            macro_f1=number(_("Macro-F1"), format="%.1f%%", width=75),
            calibration=number(
                _("Off by"), format="%.1f%%", width=65,
                help=_(
                    "Expected calibration error; after temperature scaling where "
                    "cross-validation was done, else as trained."
                ),
            ),
            parameters=number(
                _("Parameters"), format="localized", width=80,
                help=_("Trainable, projections included."),
            ),
            training=number(_("Training"), format="%.1f s", width=70, help=_(TIMED)),
            answer=number(_("A record"), format="%.2f ms", width=70, help=_(TIMED)),
        )  # fmt: skip


def _figures(rows: Sequence[Mapping[str, Any]], alt: str, **columns: Any) -> None:
    model = st.column_config.TextColumn(_("Model"), width=170)
    st.dataframe(
        [{name: row[name] for name in ("model", *columns)} for row in rows],
        hide_index=True, height="content", placeholder="–",
        column_config={"model": model, **columns}, alt=alt,
    )  # fmt: skip


def show_ablation(summary: Mapping[str, Any]) -> None:
    """What each part of the QCMFM is worth."""
    for name, found in summary.items():
        part = found.get("test") or found["cv"]
        st.caption(
            _("{name}, {records:,} records; one factor at a time.").format(
                name=plain(words_for(name)), records=part["records"]
            )
        )
        rows = _rows(part)
        _forest(rows)
        _table(rows)
