"""The same circuit as a PennyLane QNode: for checks, drawings and other devices."""

from typing import Any

import pennylane as qml

from qcmfm.quantum.circuit import Circuit

OPERATIONS = {"Rot": qml.Rot, "RY": qml.RY, "CRX": qml.CRX, "CNOT": qml.CNOT}


def qnode(circuit: Circuit, device: str = "default.qubit", interface: str = "torch") -> Any:
    """A QNode `f(amplitudes, weights)` that returns one expectation value per observable.

    Args:
        circuit: What to build.
        device: Name of a PennyLane device.
        interface: Which library's arrays go in and come out.
    """

    @qml.qnode(qml.device(device, wires=circuit.n_qubits), interface=interface)
    def run(amplitudes: Any, weights: Any) -> Any:
        qml.AmplitudeEmbedding(amplitudes, wires=range(circuit.n_qubits))
        for gate in circuit.gates:
            OPERATIONS[gate.name](*(weights[slot] for slot in gate.slots), wires=gate.wires)
        return [
            qml.expval(qml.prod(*(qml.PauliZ(wire) for wire in wires)))
            for wires in circuit.observables
        ]

    return run
