"""Draw a circuit, or one of its layers, wrapped into rows that fit a page."""

from collections.abc import Sequence

from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle
from torch import Tensor

from qcmfm.core import fonts
from qcmfm.quantum.circuit import Circuit, Gate, columns_of

COLUMN, WIDE_COLUMN, LINE = 0.55, 0.8, 0.45
"""Width of a column without and with angles, and distance between wires, in inches."""

COLOURS = ("#d6e4f0", "#f6e3c5", "#dcebd5", "#eadcf0")
"""Fill of the boxes of each stage, in the order in which the stages appear."""

HALF = 0.36
"""Half the width of a box, in columns."""


def draw(
    circuit: Circuit,
    layer: int | None = None,
    weights: Float[Tensor, " weight"] | None = None,
    columns: int = 20,
) -> Figure:
    """Draw a circuit.

    Args:
        circuit: The circuit.
        layer: Number of the only layer to draw, from 0; by default all layers.
        weights: Angles in radians to write into the boxes; by default none.
        columns: Number of columns per row.
    """
    gates = [gate for gate in circuit.gates if layer is None or gate.layer == layer]
    places = columns_of(gates, circuit.n_qubits)
    n_columns = 1 + max(places, default=0)
    rows = -(-n_columns // columns)
    width = min(n_columns, columns)
    high = circuit.n_qubits + 1
    column_width = COLUMN if weights is None else WIDE_COLUMN
    size = ((width + 2) * column_width, rows * high * LINE)
    fonts.use()
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_aspect(LINE / column_width)
    axes.set_xlim(-1.5, width - 0.2)
    axes.set_ylim(rows * high - 0.5, -1)
    stages = list(dict.fromkeys(gate.stage for gate in circuit.gates))
    for row in range(rows):
        _draw_wires(axes, circuit.n_qubits, row * high, min(columns, n_columns - row * columns))
    angles = None if weights is None else weights.detach().tolist()
    for gate, place in zip(gates, places, strict=True):
        texts = [f"{angles[slot]:.1f}" for slot in gate.slots] if angles else []
        colour = COLOURS[stages.index(gate.stage) % len(COLOURS)]
        row, column = divmod(place, columns)
        _draw_gate(axes, gate, column, row * high, colour, texts)
    named = [stage for stage in stages if stage and any(gate.stage == stage for gate in gates)]
    handles = [
        Rectangle((0, 0), 1, 1, facecolor=COLOURS[stages.index(s) % len(COLOURS)], edgecolor="0.3")
        for s in named
    ]
    if named:
        figure.legend(handles, named, loc="outside lower center", ncols=len(named), frameon=False)
    return figure


def _draw_wires(axes: Axes, n_qubits: int, top: int, columns: int) -> None:
    """Draw the wires of one row with their numbers."""
    for wire in range(n_qubits):
        axes.plot([-0.7, columns - 0.4], [top + wire] * 2, color="0.5", lw=0.8, zorder=0)
        axes.text(-0.85, top + wire, str(wire), ha="right", va="center", fontsize=8)


def _draw_gate(
    axes: Axes, gate: Gate, column: int, top: int, colour: str, angles: Sequence[str]
) -> None:
    """Draw the boxes and dots of a gate and the line between them."""
    heights = [top + wire for wire in gate.wires]
    if len(heights) == 2:
        axes.plot([column] * 2, heights, color="0.2", lw=1, zorder=1)
    controlled = gate.name.startswith("C")
    if controlled:
        axes.add_patch(_disc(column, heights[0], 0.1, "0.2"))
    for height in heights[1:] if controlled else heights:
        if gate.name == "CZ":
            axes.add_patch(_disc(column, height, 0.1, "0.2"))
        elif gate.name == "CNOT":
            axes.add_patch(_disc(column, height, 0.24, colour))
            axes.plot([column - 0.24, column + 0.24], [height] * 2, color="0.2", lw=1, zorder=3)
            axes.plot([column] * 2, [height - 0.29, height + 0.29], color="0.2", lw=1, zorder=3)
        else:
            _draw_box(axes, gate, column, height, colour, angles)


def _draw_box(
    axes: Axes, gate: Gate, column: int, height: int, colour: str, angles: Sequence[str]
) -> None:
    """Draw a box with the gate's name and, in small print, its angles."""
    axes.add_patch(
        Rectangle(
            (column - HALF, height - HALF),
            2 * HALF,
            2 * HALF,
            facecolor=colour,
            edgecolor="0.2",
            lw=0.8,
            zorder=2,
        )
    )
    name = gate.name.removeprefix("Ising")
    name = name.removeprefix("C") if name.startswith("CR") else name
    raised = height - 0.13 if angles else height
    axes.text(column, raised, name, ha="center", va="center", fontsize=7, zorder=3)
    numbers = " ".join(angles)
    axes.text(column, height + 0.19, numbers, ha="center", va="center", fontsize=5, zorder=3)


def _disc(column: int, height: int, radius: float, colour: str) -> Ellipse:
    """A disc; `radius` is in columns."""
    return Ellipse(
        (column, height), 2 * radius, 2.4 * radius, facecolor=colour, edgecolor="0.2", zorder=2
    )
