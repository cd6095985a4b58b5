"""The figures of the pages as JSON values, a table and a picture."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from qcmfm.core import colours, fonts
from qcmfm.core.progress import Work
from qcmfm.core.text import escape_formula
from qcmfm.evaluation import Interval
from qcmfm.lab import estimates
from qcmfm.lab.circuit_inputs import CircuitInputs, Readout
from qcmfm.lab.estimates import MetricIntervals, intervals, mitigate, state_figures
from qcmfm.lab.outcome import Outcome, compute_outcome, flips
from qcmfm.lab.state_steps import Walk
from qcmfm.lab.sweep import Point, sweep
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.resources import resources

METRICS = {"accuracy": "Accuracy", "macro_f1": "Macro-F1"}


def noise_report(
    inputs: CircuitInputs,
    setting: NoiseSetting,
    record_id: str = "",
    fit: str = "",
    swept: Sequence[str] = (),
    seed: int = 0,
) -> Work[dict[str, Any]]:
    """Every figure that the Noise lab shows for one noise setting.

    Args:
        inputs: The records.
        setting: What they are measured under.
        record_id: Whose state is reported; empty for none.
        fit: Of error mitigation; empty for none.
        swept: Kinds of noise whose strength is swept.
        seed: The source of chance of the shots.
    """
    reference = compute_outcome(inputs, inputs.own_noise)
    outcome = compute_outcome(inputs, setting)
    report = outcome_report(inputs, outcome, reference)
    report |= {"shots": setting.shots} | intervals_report(intervals(inputs, outcome, reference))
    if setting.shots:
        spread = yield from estimates.shots(inputs, setting, reference, seed)
        report["with_shots"] = asdict(spread)
    if fit:
        better = yield from mitigate(inputs, setting, fit)
        report["mitigated"] = {"fit": fit} | outcome_report(inputs, better, reference)
        report["mitigated"] |= intervals_report(intervals(inputs, better, reference))
    if record_id:
        report["record"] = record_report(inputs, outcome, reference, record_id)
        report["record"] |= asdict(state_figures(inputs, setting, record_id))
    if swept:
        points = yield from sweep(inputs, swept, reference, fit)
        report["sweep"] = [asdict(point) for point in points]
    return report


def outcome_report(inputs: CircuitInputs, outcome: Outcome, reference: Outcome) -> dict[str, Any]:
    """What moves with a slider."""
    changed = flips(inputs, outcome, reference)
    return {
        "run": inputs.run,
        "model_sha256": inputs.sha256,
        "setting": outcome.setting.name,
        "entries": len(outcome.setting.entries),
        "records": len(inputs.records),
        "labelled": len(inputs.labelled),
        "accuracy": outcome.accuracy,
        "macro_f1": outcome.macro_f1,
        "confidence": outcome.confidence,
        "confidence_change": outcome.confidence_change(reference),
        "reference": {
            "setting": reference.setting.name,
            "accuracy": reference.accuracy,
            "macro_f1": reference.macro_f1,
            "confidence": reference.confidence,
        },
        "flips": [asdict(flip) for flip in changed],
    }


def intervals_report(sure: MetricIntervals | None) -> dict[str, Any]:
    """Intervals by name; none without recorded labels."""
    return {} if sure is None else {"intervals": asdict(sure)}


def record_report(
    inputs: CircuitInputs, outcome: Outcome, reference: Outcome, record_id: str
) -> dict[str, Any]:
    """The bars of one record."""
    row = inputs.row(record_id)
    labels = inputs.readout.labels
    return {
        "record_id": record_id,
        "probabilities": dict(zip(labels, outcome.probabilities[row].tolist(), strict=True)),
        "reference": dict(zip(labels, reference.probabilities[row].tolist(), strict=True)),
    }


def circuit_report(readout: Readout, whole: Readout, walk: Walk, step: int) -> dict[str, Any]:
    """Every figure that the Circuit page shows at one step.

    Args:
        readout: The circuit with what is switched off.
        whole: With nothing switched off.
        walk: A record's way through the first.
        step: Of the walk, from 0.
    """
    final, labels = walk.probabilities[-1].tolist(), readout.labels
    return {
        "resources": asdict(resources(readout.circuit)),
        "resources_of_the_whole": asdict(resources(whole.circuit)),
        "steps": len(walk) - 1,
        "step": step,
        "name": walk.names[step],
        "amplitudes": [[z.real, z.imag] for z in walk.states[step].tolist()],
        "probabilities": walk.states[step].abs().square().tolist(),
        "bloch": walk.bloch[step].tolist(),
        "modality_entanglement": walk.entropy[step].item(),
        "entanglement": walk.entanglement[step].item(),
        "interference": walk.interference[step].item(),
        "shares": walk.shares[step].tolist(),
        "labels_if_measured_here": dict(
            zip(labels, walk.probabilities[step].tolist(), strict=True)
        ),
        "labels": dict(zip(labels, final, strict=True)),
    }


def table_csv(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """The noise settings side by side, one row each, as the text of a CSV file.

    Args:
        rows: By the name of each, what `noise_report` says of it or as much as is there.
    """
    columns = [
        "condition", "noise", "records", "labelled", "accuracy", "accuracy_low", "accuracy_high",
        "macro_f1", "macro_f1_low", "macro_f1_high", "confidence", "confidence_change", "flips",
        "shots", "accuracy_with_shots", "flips_with_shots", "mitigated_accuracy",
        "mitigated_macro_f1", "mitigated_flips", "fidelity", "purity", "run", "model_sha256",
    ]  # fmt: skip
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    for name, found in rows.items():
        row: dict[str, Any] = {key: found[key] for key in columns if key in found}
        row |= {
            "condition": escape_formula(name),
            "noise": escape_formula(found["setting"]),
            "flips": len(found["flips"]),
        }
        for metric in METRICS:
            interval = found.get("intervals", {}).get(metric, {})
            row |= {f"{metric}_{side}": interval[side] for side in ("low", "high") if interval}
        if spread := found.get("with_shots"):
            row["accuracy_with_shots"] = (spread["accuracy"] or {}).get("value", "")
            row["flips_with_shots"] = spread["flips"]
        if better := found.get("mitigated"):
            row |= {f"mitigated_{metric}": better[metric] for metric in METRICS}
            row["mitigated_flips"] = len(better["flips"])
        row |= {key: found["record"][key] for key in ("fidelity", "purity") if "record" in found}
        writer.writerow(row)
    return out.getvalue()


_PLACES = (0.0, 0.001, 0.01, 0.1)


def axis_position(strength: float) -> float:
    """The place of a strength on the axis: near 0 it is linear, then logarithmic."""
    return float(np.arcsinh(strength / 0.001) / np.log(10))


def sweep_figure(points: Sequence[Point], metric: str = "accuracy") -> Figure:
    """The sweep as a picture for a text: a curve with its 95% band for each kind of noise.

    Args:
        points: What `sweep` found.
        metric: accuracy or macro_f1.
    """
    fonts.use()
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for number, channel in enumerate(dict.fromkeys(point.channel for point in points)):
        colour = colours.LINES[number % len(colours.LINES)]
        for is_mitigated in (False, True):
            found = [p for p in points if (p.channel, p.mitigated) == (channel, is_mitigated)]
            if not found:
                continue
            x = [axis_position(point.strength) for point in found]
            values: list[Interval] = [getattr(point, metric) for point in found]
            words = channel.replace("_", " ") + (", mitigated" if is_mitigated else "")
            style = "--" if is_mitigated else "-"
            axes.plot(x, [v.value for v in values], style, color=colour, label=words)
            if not is_mitigated:
                lows, highs = [v.low for v in values], [v.high for v in values]
                axes.fill_between(x, lows, highs, color=colour, alpha=0.15, lw=0)
    axes.set_xticks([axis_position(at) for at in _PLACES], [f"{at:g}" for at in _PLACES])
    axes.set_xlabel("strength after every gate (at the readout for a readout error)")
    axes.set_ylabel(METRICS[metric])
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """A figure as a file.

    Args:
        figure: What to write.
        kind: png or svg.
    """
    out = io.BytesIO()
    figure.savefig(out, format=kind, dpi=200)
    return out.getvalue()
