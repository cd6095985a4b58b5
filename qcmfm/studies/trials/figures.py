"""Figures of a study as PNG files."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qcmfm.core import fonts, storage

QUANTUM_COLOUR, CLASSICAL_COLOUR = "#7b3fa0", "#3b6e8f"


def draw_forest(part: Mapping[str, Any], file: Path) -> None:
    """Draw each system's accuracy with its interval over objects, and each seed as a small mark.

    Args:
        part: Summary of one collection and scheme.
        file: PNG file to write.
    """
    from matplotlib.figure import Figure

    systems = part["systems"]
    order = sorted(systems, key=lambda name: systems[name]["accuracy"]["value"])
    fonts.use()
    figure = Figure(figsize=(7, 0.6 + 0.32 * len(order)), layout="constrained")
    axes = figure.subplots()
    for row, name in enumerate(order):
        found = systems[name]["accuracy"]
        colour = QUANTUM_COLOUR if systems[name]["quantum"] else CLASSICAL_COLOUR
        axes.plot([found["low"], found["high"]], [row, row], color=colour, lw=1.6)
        axes.plot(found["by_seed"], [row] * len(found["by_seed"]), "|", color=colour, alpha=0.5)
        axes.plot(found["value"], row, "o", color=colour)
    axes.set_yticks(range(len(order)), order)
    axes.set_xlabel("accuracy, 95% interval over objects; ticks: seeds; purple: simulated quantum")
    axes.grid(axis="x", alpha=0.3)
    _save(figure, file)


def draw_curves(
    curves: Mapping[str, Sequence[Mapping[str, float]]],
    x: str,
    x_label: str,
    file: Path,
    log_x: bool = False,
) -> None:
    """Draw curves of the accuracy, with the range over the seeds as a band.

    Args:
        curves: Points of each curve by name; a point has `value`, `low`, `high` and the entry `x`.
        x: Entry of a point on the horizontal axis.
        x_label: Label of that axis.
        file: PNG file to write.
        log_x: Whether that axis is logarithmic.
    """
    from matplotlib.figure import Figure

    fonts.use()
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    for name, points in curves.items():
        known = sorted(points, key=lambda point: point[x])
        places = [point[x] for point in known]
        (line,) = axes.plot(places, [point["value"] for point in known], "o-", ms=4, label=name)
        axes.fill_between(
            places,
            [point["low"] for point in known],
            [point["high"] for point in known],
            alpha=0.15,
            color=line.get_color(),
        )
    if log_x:
        axes.set_xscale("log")
    axes.set_xlabel(x_label)
    axes.set_ylabel("accuracy")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    _save(figure, file)


def _save(figure: Any, file: Path) -> None:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=150)
    storage.write_bytes(file, out.getvalue())
