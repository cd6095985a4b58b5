"""The circuit as a drawing to point at: angles on hover, a click switches a gate off and on.

Drawn from the same `Circuit` that is simulated and exported.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from jaxtyping import Float
from torch import Tensor

from qcmfm.quantum.circuit import Circuit, Gate, columns_of
from qcmfm.ui.shared.component import component
from qcmfm.ui.shell.language import _

COLUMN, WIDE, LINE, TOP, LEFT = 34, 57, 36, 30, 30
FILLS = ("#2a78b8", "#b06400", "#15815a", "#8f58ba")
"""Of the stages, in their order; white letters on them have a contrast of at least 4.5."""

_NAMES = {"CNOT": "CNOT", "CRX": "RX", "CRY": "RY", "CRZ": "RZ"}


@dataclass(frozen=True)
class DiagramPart:
    """One place of the drawing: a gate, or gates of one kind that are folded.

    Args:
        numbers: Of the gates in the circuit, from 0.
        column: Its column.
        words: What it is, with angles.
    """

    numbers: tuple[int, ...]
    column: int
    words: str


def gate_words(circuit: Circuit, angles: Float[Tensor, " weight"], number: int) -> str:
    """A gate in words, with its trained angles."""
    gate = circuit.gates[number]
    values = [float(angles[slot]) for slot in gate.slots]
    text = ", ".join(f"{value:+.3f} ({value / math.pi:+.2f} π)" for value in values)
    where = (
        _("control {control}, target {target}").format(control=gate.wires[0], target=gate.wires[1])
        if len(gate.wires) == 2
        else _("wire {wire}").format(wire=gate.wires[0])
    )
    return " · ".join(
        (
            _("Gate {number}: {name}").format(number=number, name=gate.name),
            where,
            _layer(gate.layer, gate.stage),
            _("radians {told}").format(told=text) if values else _("no angle"),
        )
    )


def _layer(layer: int, stage: str) -> str:
    text = _("layer {layer}").format(layer=layer + 1)
    return f"{text}, {_(stage)}" if stage else text


def expanded(circuit: Circuit, angles: Float[Tensor, " weight"]) -> list[DiagramPart]:
    """Every gate in a place of its own."""
    return [
        DiagramPart((number,), column, gate_words(circuit, angles, number))
        for number, column in enumerate(columns_of(circuit.gates, circuit.n_qubits))
    ]


def folded(circuit: Circuit) -> list[DiagramPart]:
    """Neighbouring gates of one kind and stage as one box."""
    numbered = enumerate(circuit.gates)
    parts: list[DiagramPart] = []
    for (layer, stage, name), group in groupby(
        numbered, key=lambda found: (found[1].layer, found[1].stage, found[1].name)
    ):
        numbers = tuple(numbered_gate[0] for numbered_gate in group)
        single = len(circuit.gates[numbers[0]].wires) == 1
        kind = _("one on every wire") if single else _("a ring")
        words = f"{len(numbers)} × {name}, {kind} · {_layer(layer, stage)}"
        parts.append(DiagramPart(numbers, len(parts), words))
    return parts


def drawing(
    circuit: Circuit,
    angles: Float[Tensor, " weight"],
    off: Collection[int] = (),
    done: int | None = None,
    fold: bool = False,
) -> str:
    """The circuit as SVG text.

    Args:
        circuit: The whole one.
        angles: In radians.
        off: Numbers of the gates that are switched off.
        done: How many gates of the circuit have acted; None for all.
        fold: Whether gates of one kind share a box.
    """
    parts = folded(circuit) if fold else expanded(circuit, angles)
    stages = list(dict.fromkeys(gate.stage for gate in circuit.gates))
    step = WIDE if fold else COLUMN
    columns = 1 + max((part.column for part in parts), default=0)
    width, height = LEFT + columns * step + 12, TOP + circuit.n_qubits * LINE
    reached = len(circuit.gates) if done is None else done
    out = _wires(circuit.n_qubits, width)
    out += _layer_marks(circuit, parts, step)
    for part in parts:
        gate = circuit.gates[part.numbers[0]]
        fill = FILLS[stages.index(gate.stage) % len(FILLS)]
        gone = all(number in off for number in part.numbers)
        names = ["part", *(["gone"] if gone else [])]
        names += ["ahead"] if part.numbers[0] >= reached else []
        last = max((n for n in range(reached) if n not in off), default=-1)
        names += ["now"] if done is not None and last in part.numbers else []
        numbers = ",".join(map(str, part.numbers))
        act = _("switched off") if gone else _("on")
        words = escape(f"{part.words} · {act}", quote=True)
        x = LEFT + part.column * step + step / 2
        inner = _box(gate, circuit.n_qubits, len(part.numbers), x, fill) if fold else ""
        inner = inner or _symbol(gate, x, fill)
        out.append(
            f"<g class='{' '.join(names)}' data-gates='{numbers}' data-tip='{words}' tabindex='-1' "
            f"role='button' aria-pressed='{str(gone).lower()}' aria-label='{words}'>{inner}</g>"
        )
    words = _(
        "Circuit of {qubits} qubits and {gates} gates; the arrow keys go from gate to gate, "
        "Enter switches one off and on"
    )
    words = escape(words.format(qubits=circuit.n_qubits, gates=len(circuit.gates)), quote=True)
    return (
        f"<svg width='{width}' height='{height}' viewBox='0 0 {width} {height}' role='group' "
        f"aria-label='{words}'>{''.join(out)}</svg>"
    )


def ends(bloch: Sequence[Sequence[float]]) -> str:
    """What every wire would read now, as SVG text beside the drawing.

    Args:
        bloch: <X>, <Y>, <Z> of every wire.
    """
    height = TOP + len(bloch) * LINE
    found = "".join(_end(wire, vector, 46) for wire, vector in enumerate(bloch))
    return (
        f"<svg width='72' height='{height}' viewBox='0 0 72 {height}' role='group' "
        f"aria-label='{escape(_('What every wire would read now'), quote=True)}'>"
        f"<text class='layer' x='46' y='14' text-anchor='middle'>{escape(_('reads 1'))}</text>"
        f"{found}</svg>"
    )


def stage_key(circuit: Circuit) -> str:
    """What the colours of the stages mean, in Markdown."""
    stages = dict.fromkeys(gate.stage for gate in circuit.gates)
    named = zip(stages, ("blue", "orange", "green", "violet"), strict=False)
    return " ".join(f":{colour}[■] {_(stage)}" for stage, colour in named if stage)


def _y(wire: int) -> float:
    return TOP + wire * LINE + LINE / 2


def _wires(n_qubits: int, right: int) -> list[str]:
    return [
        f"<line class='wire' x1='{LEFT - 6}' x2='{right}' y1='{_y(wire)}' y2='{_y(wire)}'/>"
        f"<text class='name' x='{LEFT - 12}' y='{_y(wire) + 4}' text-anchor='end'>{wire}</text>"
        for wire in range(n_qubits)
    ]


def _layer_marks(circuit: Circuit, parts: Sequence[DiagramPart], step: int) -> list[str]:
    """The number of every layer over the place where it begins."""
    starts: dict[int, int] = {}
    for part in parts:
        starts.setdefault(circuit.gates[part.numbers[0]].layer, part.column)
    return [
        f"<text class='layer' x='{LEFT + column * step + 4}' y='14'>"
        f"{escape(_layer(layer, ''))}</text>"
        for layer, column in starts.items()
    ]


def _symbol(gate: Gate, x: float, fill: str) -> str:
    """One gate: a box, or dots and a line."""
    heights = [_y(wire) for wire in gate.wires]
    out: list[str] = []
    if len(heights) == 2:
        out.append(f"<line class='link' x1='{x}' x2='{x}' y1='{heights[0]}' y2='{heights[1]}'/>")
    controlled = gate.name.startswith("C")
    if controlled:
        out.append(f"<circle class='dot' cx='{x}' cy='{heights[0]}' r='4.5'/>")
    for y in heights[1:] if controlled else heights:
        if gate.name == "CZ":
            out.append(f"<circle class='dot' cx='{x}' cy='{y}' r='4.5'/>")
        elif gate.name == "CNOT":
            out.append(
                f"<circle cx='{x}' cy='{y}' r='10' fill='{fill}'/><path class='plus' "
                f"d='M{x - 7} {y}H{x + 7}M{x} {y - 7}V{y + 7}'/>"
            )
        else:
            name = _NAMES.get(gate.name, gate.name.removeprefix("Ising"))
            out.append(
                f"<rect x='{x - 14}' y='{y - 14}' width='28' height='28' rx='4' fill='{fill}'/>"
                f"<text class='gate' x='{x}' y='{y + 4}'>{name}</text>"
            )
    return "".join(out)


def _box(gate: Gate, n_qubits: int, count: int, x: float, fill: str) -> str:
    """Folded gates: one box over all wires."""
    top, bottom = _y(0) - 14, _y(n_qubits - 1) + 14
    middle = (top + bottom) / 2
    kind = f"{count} ×" if len(gate.wires) == 1 else escape(_("ring"))
    return (
        f"<rect x='{x - 24}' y='{top}' width='48' height='{bottom - top}' rx='6' fill='{fill}'/>"
        f"<text class='gate' x='{x}' y='{middle - 4}'>{kind}</text>"
        f"<text class='gate big' x='{x}' y='{middle + 14}'>{gate.name}</text>"
    )


def _end(wire: int, vector: Sequence[float], x: int) -> str:
    """How likely the wire reads 1 now, and how far it is from being entangled."""
    one = (1 - vector[2]) / 2
    length = math.sqrt(sum(part * part for part in vector))
    y = _y(wire)
    words = _("Wire {wire}: reads 1 with {one:.1%}; arrow of length {length:.2f}")
    words = escape(words.format(wire=wire, one=one, length=length), quote=True)
    return (
        f"<g class='end' data-tip='{words}' aria-label='{words}' role='img'>"
        f"<rect class='frame' x='{x - 22}' y='{y - 11}' width='44' height='22' rx='4'/>"
        f"<rect x='{x - 21}' y='{y - 10}' width='{42 * one:.1f}' height='20' rx='3' "
        f"fill='#b3741a' fill-opacity='.55'/>"
        f"<text class='name' x='{x}' y='{y + 4}' text-anchor='middle'>{one:.0%}</text>"
        f"<text class='name' x='{x - 28}' y='{y + 4}' text-anchor='end'>{wire}</text></g>"
    )


def show_diagram(svg: str, key: str, beside: str = "") -> list[int]:
    """Put a drawing on the page; the numbers of the gates that were just clicked, if any.

    Args:
        svg: What `drawing` made.
        key: Of the drawing, unique on the page.
        beside: What `ends` made; it stays in view when the drawing is moved sideways.
    """
    result = component("circuit", "drawing", "circuit")(
        data={"svg": svg, "ends": beside}, key=key, on_toggled_change=lambda: None
    )
    clicked = getattr(result, "toggled", None)
    return [int(number) for number in clicked.split(",")] if clicked else []
