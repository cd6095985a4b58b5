"""A circuit with its angles as a Python program that runs on PennyLane alone."""

import json

from jaxtyping import Float
from torch import Tensor

from qcmfm.quantum.checks import require_sizes
from qcmfm.quantum.circuit import Circuit

_HEAD = '''"""A circuit of QCMFM Studio, written by the program; wire 0 is the most significant bit.

Prints the expectation value of every observable as JSON. Needs PennyLane and nothing else.
"""

import json

import numpy as np
import pennylane as qml

AMPLITUDES = np.array({amplitudes})
ANGLES = np.array({angles})


@qml.qnode(qml.device("default.qubit", wires={n_qubits}))
def circuit():
    """{name}: {n_gates} gates on {n_qubits} qubits."""
    qml.StatePrep(AMPLITUDES / np.linalg.norm(AMPLITUDES), wires=range({n_qubits}))
'''

_TAIL = """

if __name__ == "__main__":
    print(json.dumps([float(value) for value in circuit()]))
"""


def pennylane_program(
    circuit: Circuit,
    weights: Float[Tensor, " weight"],
    amplitudes: Float[Tensor, " amplitude"],
) -> str:
    """The circuit as a program.

    Args:
        circuit: What to write.
        weights: Angles in radians.
        amplitudes: One sample's amplitudes, real and of length 1.

    Raises:
        CircuitError: A vector has the wrong length.
    """
    require_sizes(circuit, amplitudes, weights)
    lines = [
        _HEAD.format(
            amplitudes=json.dumps(amplitudes.detach().double().tolist()),
            angles=json.dumps(weights.detach().double().tolist()),
            n_qubits=circuit.n_qubits,
            n_gates=len(circuit.gates),
            name=circuit.name or "circuit",
        )
    ]
    part = None
    for gate in circuit.gates:
        if part != (gate.layer, gate.stage):
            part = (gate.layer, gate.stage)
            lines.append(f"    # Layer {gate.layer}: {gate.stage or 'gates'}.\n")
        angles = "".join(f"ANGLES[{slot}], " for slot in gate.slots)
        name = "Hadamard" if gate.name == "H" else gate.name
        lines.append(f"    qml.{name}({angles}wires={list(gate.wires)})\n")
    lines.append("    return [\n")
    for wires in circuit.observables:
        product = " @ ".join(f"qml.PauliZ({wire})" for wire in wires)
        lines.append(f"        qml.expval({product}),\n")
    return "".join([*lines, "    ]\n", _TAIL])
