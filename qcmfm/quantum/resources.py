"""Resource estimates of a circuit: gate counts, two-qubit gates, depth and angles."""

from collections import Counter
from dataclasses import dataclass

from qcmfm.quantum.circuit import Circuit


@dataclass(frozen=True)
class Resources:
    """Resources of a circuit, without the preparation of the input's amplitudes.

    Args:
        n_qubits: Number of wires.
        gates: Number of gates by name.
        n_gates: Total number of gates.
        n_two_qubit: Number of two-qubit gates, the expensive ones on a device.
        depth: Number of time steps if every gate acts as early as possible.
        n_parameters: Number of angles; shared ones count once.
    """

    n_qubits: int
    gates: dict[str, int]
    n_gates: int
    n_two_qubit: int
    depth: int
    n_parameters: int


def resources(circuit: Circuit) -> Resources:
    """Count the resources of a circuit."""
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
    """Time step of every gate, from 0, if it acts as early as possible."""
    free = [0] * circuit.n_qubits
    steps: list[int] = []
    for gate in circuit.gates:
        step = max(free[wire] for wire in gate.wires)
        for wire in gate.wires:
            free[wire] = step + 1
        steps.append(step)
    return steps
