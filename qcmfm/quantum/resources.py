"""What a circuit costs to run: gates of each kind, depth, gates on two wires, angles."""

from collections import Counter
from dataclasses import dataclass

from qcmfm.quantum.circuit import Circuit


@dataclass(frozen=True)
class Resources:
    """Counts, without the preparation of the input's amplitudes.

    Args:
        n_qubits: Wires.
        gates: Number of gates of each kind.
        n_gates: Number of all gates.
        n_two_qubit: Number of those on two wires, the costly ones on a device.
        depth: Number of time steps when every gate acts as early as its wires allow.
        n_parameters: Number of angles; gates that share one count once.
    """

    n_qubits: int
    gates: dict[str, int]
    n_gates: int
    n_two_qubit: int
    depth: int
    n_parameters: int


def resources(circuit: Circuit) -> Resources:
    """Count what a circuit needs."""
    times = time_steps(circuit)
    return Resources(
        n_qubits=circuit.n_qubits,
        gates=dict(Counter(gate.name for gate in circuit.gates)),
        n_gates=len(circuit.gates),
        n_two_qubit=sum(len(gate.wires) == 2 for gate in circuit.gates),
        depth=1 + max(times, default=-1),
        n_parameters=circuit.n_weights,
    )


def time_steps(circuit: Circuit) -> list[int]:
    """Time step, from 0, of every gate when it acts as early as its wires allow."""
    free = [0] * circuit.n_qubits
    steps: list[int] = []
    for gate in circuit.gates:
        step = max(free[wire] for wire in gate.wires)
        for wire in gate.wires:
            free[wire] = step + 1
        steps.append(step)
    return steps
