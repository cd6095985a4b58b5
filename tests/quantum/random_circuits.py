"""Random circuits, and a slow simulation of them by textbook matrices."""

import numpy as np
import torch
from hypothesis import strategies as st

from qcmfm.quantum.circuit import PARAMETERS, WIRES, Circuit, Gate, z_strings

PAULI = {
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


@st.composite
def circuits(draw: st.DrawFn, most_qubits: int = 6) -> Circuit:
    """Any gates in any order; some share their angles."""
    n_qubits = draw(st.integers(1, most_qubits))
    kinds = [name for name in PARAMETERS if WIRES[name] <= n_qubits]
    gates: list[Gate] = []
    used = 0
    for _ in range(draw(st.integers(0, 24))):
        name = draw(st.sampled_from(kinds))
        wires = tuple(draw(st.permutations(range(n_qubits)))[: WIRES[name]])
        slots = []
        for _ in range(PARAMETERS[name]):
            slots.append(draw(st.integers(max(0, used - 2), used)))
            used = max(used, slots[-1] + 1)
        gates.append(Gate(name, wires, tuple(slots)))
    return Circuit(n_qubits, tuple(gates), z_strings(n_qubits))


def random_inputs(
    circuit: Circuit, batch: int = 3, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Amplitudes of length 1 and weights, in double precision."""
    generator = torch.Generator().manual_seed(seed)
    amplitudes = torch.randn(batch, circuit.dim, dtype=torch.float64, generator=generator)
    weights = torch.randn(circuit.n_weights, dtype=torch.float64, generator=generator)
    return torch.nn.functional.normalize(amplitudes, dim=1), weights


def dense_state(circuit: Circuit, amplitudes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Every gate as a full matrix made of Kronecker products."""
    state = amplitudes.astype(complex)
    for gate in circuit.gates:
        angles = [weights[slot] for slot in gate.slots]
        state = state @ _full(gate, angles, circuit.n_qubits).T
    return state


def dense_expectations(circuit: Circuit, amplitudes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sample x observable."""
    state = dense_state(circuit, amplitudes, weights)
    observables = [_on({w: PAULI["Z"] for w in o}, circuit.n_qubits) for o in circuit.observables]
    return np.stack([np.sum(state.conj() * (state @ o.T), 1).real for o in observables], 1)


def _on(matrices: dict[int, np.ndarray], n_qubits: int) -> np.ndarray:
    full = np.eye(1)
    for wire in range(n_qubits):
        full = np.kron(full, matrices.get(wire, np.eye(2)))
    return full


def _turn(generator: np.ndarray, angle: float) -> np.ndarray:
    """exp(-i angle generator / 2), by its series."""
    result = term = np.eye(len(generator), dtype=complex)
    for k in range(1, 60):
        term = term @ generator * (-0.5j * angle / k)
        result = result + term
    return result


def _full(gate: Gate, angles: list[float], n: int) -> np.ndarray:
    first, last, kind = gate.wires[0], gate.wires[-1], gate.name
    if kind == "Rot":
        z, y, x = (_turn(PAULI[axis], t) for axis, t in zip("ZYZ", angles, strict=True))
        return _on({first: x @ y @ z}, n)
    if kind == "H":
        return _on({first: np.array([[1, 1], [1, -1]]) / 2**0.5}, n)
    if kind.startswith("Ising"):
        return _turn(_on({first: PAULI[kind[-1]], last: PAULI[kind[-1]]}, n), angles[0])
    if kind.startswith("C"):
        axis = PAULI[{"CNOT": "X", "CZ": "Z"}.get(kind, kind[-1])]
        target = _turn(axis, angles[0]) if angles else axis
        off, on = np.diag([1.0, 0.0]), np.diag([0.0, 1.0])
        return _on({first: off}, n) + _on({first: on, last: target}, n)
    return _on({first: _turn(PAULI[kind[-1]], angles[0])}, n)
