"""Qiskit Aer's density-matrix method, one circuit per sample in one call."""

from typing import Any

import numpy as np
import qiskit_aer  # pyright: ignore[reportMissingImports]
from qiskit import QuantumCircuit  # pyright: ignore[reportMissingImports]
from qiskit.circuit import library  # pyright: ignore[reportMissingImports]
from qiskit.quantum_info import SparsePauliOp  # pyright: ignore[reportMissingImports]
from qiskit_aer import AerSimulator  # pyright: ignore[reportMissingImports]
from qiskit_aer import library as aer  # pyright: ignore[reportMissingImports]
from qiskit_aer.noise import (  # pyright: ignore[reportMissingImports]
    NoiseModel,
    depolarizing_error,
)

VERSION = qiskit_aer.__version__

NAMES = {"Rot": "u", "RY": "ry", "CNOT": "cx", "CZ": "cz"}
ORDER = {"Rot": (1, 2, 0)}


def noisy(case: Any, arrays: Any) -> Any:
    weights = arrays["weights"].astype(float).tolist()
    amplitudes = arrays["amplitudes"].astype(float)[: case["samples"]]
    amplitudes /= np.linalg.norm(amplitudes, axis=1, keepdims=True)
    # Qiskit counts qubits from the least significant bit, so wires are counted from the other end.
    n_qubits = case["n_qubits"]
    last = n_qubits - 1
    gates = QuantumCircuit(n_qubits)
    for name, wires, slots in case["gates"]:
        angles = [weights[slots[place]] for place in ORDER.get(name, range(len(slots)))]
        places = [last - wire for wire in wires]
        if name == "CRX":  # which the method has only as a matrix
            gates.append(
                library.UnitaryGate(library.CRXGate(*angles).to_matrix(), label="crx"), places
            )
        else:
            getattr(gates, NAMES[name])(*angles, *places)
    for number, wires in enumerate(case["observables"]):
        letters = "".join("Z" if wire in wires else "I" for wire in range(n_qubits))
        gates.save_expectation_value(SparsePauliOp(letters), range(n_qubits), label=str(number))
    circuits = []
    for vector in amplitudes:
        circuit = QuantumCircuit(n_qubits)
        circuit.append(
            aer.SetDensityMatrix(np.outer(vector, vector).astype(complex)), range(n_qubits)
        )
        circuits.append(circuit.compose(gates))

    noise = NoiseModel()
    one = depolarizing_error(4 * case["depolarizing"] / 3, 1)
    noise.add_all_qubit_quantum_error(one, ["u", "ry"])
    noise.add_all_qubit_quantum_error(one.tensor(one), ["cx", "cz", "crx"])
    simulator = AerSimulator(method="density_matrix", noise_model=noise, max_parallel_threads=1)

    def forward() -> Any:
        result = simulator.run(circuits, shots=1).result()
        return [
            [result.data(number)[str(k)] for k in range(len(case["observables"]))]
            for number in range(len(circuits))
        ]

    return {"values": np.asarray(forward())}, {"forward": forward}


TASKS = {"noisy": noisy}
