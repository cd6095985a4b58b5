"""Export a circuit with its angles as OpenQASM, for other software and for real devices."""

import math
from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.checks import require_sizes
from qcmfm.quantum.circuit import Circuit

ConcreteGate = tuple[str, tuple[int, ...], tuple[float, ...]]
"""A gate with its angles: name, wires, radians."""

HEADERS = {
    2: (
        'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[{n}];\ncreg c[{n}];',
        "measure q -> c;",
    ),
    3: (
        'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[{n}] q;\nbit[{n}] c;',
        "c = measure q;",
    ),
}


def openqasm(
    circuit: Circuit,
    weights: Float[Tensor, " weight"],
    amplitudes: Float[Tensor, " amplitude"] | None = None,
    version: int = 3,
    measure: bool = True,
) -> str:
    """The circuit as an OpenQASM program.

    Wire i is `q[i]`, and `q[0]` is the most significant bit of a basis state's number. A comment
    lists the observables: <Z_i Z_j> is the mean of (-1)^(c[i] + c[j]) over many shots.

    Args:
        circuit: The circuit.
        weights: Angles in radians.
        amplitudes: Real amplitudes of one sample with norm 1, which the program prepares first; by
            default a comment marks the place for their preparation.
        version: OpenQASM version, 2 or 3.
        measure: Whether the program ends with a measurement of all wires.

    Raises:
        CircuitError: There is no such version, or a vector has the wrong size.
    """
    if version not in HEADERS:
        raise CircuitError(f"There is no OpenQASM version {version}.", "Choose 2 or 3.")
    require_sizes(circuit, amplitudes, weights)
    head, tail = HEADERS[version]
    lines = [head.format(n=circuit.n_qubits)]
    if amplitudes is None:
        lines.append("// The input's amplitudes are to be prepared here; q[0] is the first bit.")
    else:
        lines.append("// Preparation of the input's amplitudes.")
        lines += [line for gate in preparation(amplitudes) for line in _lines(gate, version)]
    angles = weights.detach().double().tolist()
    part = None
    for gate in circuit.gates:
        if part != (gate.layer, gate.stage):
            part = (gate.layer, gate.stage)
            lines.append(f"// Layer {gate.layer}: {gate.stage or 'gates'}.")
        placed = (gate.name, gate.wires, tuple(angles[slot] for slot in gate.slots))
        lines += _lines(placed, version)
    strings = (" ".join(f"Z{wire}" for wire in wires) for wires in circuit.observables)
    lines.append(f"// Observables: {', '.join(strings)}.")
    return "\n".join([*lines, *([tail] if measure else [])]) + "\n"


def preparation(amplitudes: Float[Tensor, " amplitude"]) -> Iterator[ConcreteGate]:
    """RY and CNOT gates that prepare a state with real amplitudes from |0..0>.

    Each wire is rotated by an angle that depends on the states of the wires before it (Möttönen et
    al., Quantum Inf. Comput. 5, 467, 2005).

    Args:
        amplitudes: Real, of norm 1.
    """
    exact = amplitudes.detach().double()
    n_qubits = len(exact).bit_length() - 1
    for wire in range(n_qubits):
        halves = exact.reshape(2**wire, 2, -1)
        # For the last wire, the halves are single numbers, whose signs matter.
        sizes = halves[:, :, 0] if wire == n_qubits - 1 else torch.linalg.vector_norm(halves, dim=2)
        yield from _controlled_rotation(
            2 * torch.atan2(sizes[:, 1], sizes[:, 0]), range(wire), wire
        )


def _controlled_rotation(angles: Tensor, controls: range, target: int) -> Iterator[ConcreteGate]:
    """A uniformly controlled RY: one angle for each state of the controls."""
    if not len(controls):
        yield "RY", (target,), (angles.item(),)
        return
    off, on = angles.chunk(2)
    # Two CNOTs reverse the sense of the RY between them: half the sum, then half the difference.
    for part in ((off + on) / 2, (off - on) / 2):
        yield from _controlled_rotation(part, controls[1:], target)
        yield "CNOT", (controls[0], target), ()


def _lines(gate: ConcreteGate, version: int) -> Iterator[str]:
    """The lines of a gate, written with the version's standard library."""
    name, wires, angles = gate
    for part_name, part_wires, part_angles in _standard(name, wires, angles, version):
        numbers = f"({', '.join(f'{angle:.17g}' for angle in part_angles)})" if part_angles else ""
        yield f"{part_name}{numbers} {', '.join(f'q[{wire}]' for wire in part_wires)};"


def _standard(
    name: str, wires: tuple[int, ...], angles: tuple[float, ...], version: int
) -> list[ConcreteGate]:
    """Decompose a gate into gates of the standard library."""
    first, last = wires[:1], wires[-1:]
    match name:
        case "Rot":
            return [(axis, wires, (t,)) for axis, t in zip(("rz", "ry", "rz"), angles, strict=True)]
        case "CRX" if version == 2:
            return [("h", last, ()), ("crz", wires, angles), ("h", last, ())]
        case "CRY" if version == 2:
            (half,) = (angle / 2 for angle in angles)
            turns = [("ry", last, (half,)), ("cx", wires, ())]
            return [*turns, ("ry", last, (-half,)), ("cx", wires, ())]
        case "IsingXX" | "IsingYY" | "IsingZZ":
            to_z = {"X": ("h", ()), "Y": ("rx", (math.pi / 2,))}.get(name[-1])
            back = {"X": ("h", ()), "Y": ("rx", (-math.pi / 2,))}.get(name[-1])
            around = [
                [(turn[0], wire, turn[1]) for wire in (first, last)] if turn else []
                for turn in (to_z, back)
            ]
            middle = [("cx", wires, ()), ("rz", last, angles), ("cx", wires, ())]
            return [*around[0], *middle, *around[1]]
        case _:
            return [({"CNOT": "cx"}.get(name, name.lower()), wires, angles)]
