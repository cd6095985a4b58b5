"""The simulator against PennyLane, and what must hold for any circuit."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from qcmfm.errors import CircuitError
from qcmfm.quantum.circuit import Circuit, Gate, two_stage, z_strings
from qcmfm.quantum.pennylane_bridge import qnode
from qcmfm.quantum.simulation import Simulator, fuse


def random_inputs(circuit: Circuit, batch: int = 3, seed: int = 0):
    generator = torch.Generator().manual_seed(seed)
    amplitudes = torch.randn(batch, circuit.dim, dtype=torch.float64, generator=generator)
    weights = torch.randn(circuit.n_weights, dtype=torch.float64, generator=generator)
    return torch.nn.functional.normalize(amplitudes, dim=1), weights


@pytest.mark.parametrize("n_qubits", [4, 6, 8])
@pytest.mark.parametrize("rings", [(True, True), (True, False), (False, True), (False, False)])
def test_values_and_gradients_agree_with_pennylane(n_qubits: int, rings: tuple[bool, bool]):
    circuit = two_stage(n_qubits, 2, *rings)
    amplitudes, weights = random_inputs(circuit)
    inputs = (amplitudes.requires_grad_(), weights.requires_grad_())
    ours = Simulator(circuit).expectations(*inputs)
    theirs = torch.stack(list(qnode(circuit)(*inputs)), 1)
    torch.testing.assert_close(ours, theirs, atol=1e-12, rtol=0)
    mix = torch.linspace(-1, 1, ours.numel(), dtype=torch.float64).reshape(ours.shape)
    for mine, reference in zip(
        torch.autograd.grad((ours * mix).sum(), inputs),
        torch.autograd.grad((theirs * mix).sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(mine, reference, atol=1e-11, rtol=0)


def test_float32_agrees_to_single_precision():
    circuit = two_stage(6, 4)
    amplitudes, weights = random_inputs(circuit, batch=16)
    double = Simulator(circuit).expectations(amplitudes, weights)
    single = Simulator(circuit).expectations(amplitudes.float(), weights.float())
    torch.testing.assert_close(single.double(), double, atol=1e-5, rtol=0)


def test_a_large_batch_takes_the_unitary_and_says_the_same():
    circuit = two_stage(4, 3)
    simulator = Simulator(circuit)
    amplitudes, weights = random_inputs(circuit, batch=40)
    assert simulator.prefers_unitary(40) and not simulator.prefers_unitary(16)
    together = simulator.expectations(amplitudes, weights)
    alone = torch.cat([simulator.expectations(row[None], weights) for row in amplitudes])
    torch.testing.assert_close(together, alone, atol=1e-12, rtol=0)
    unitary = simulator.unitary(weights)
    identity = torch.eye(circuit.dim, dtype=torch.complex128)
    torch.testing.assert_close(unitary @ unitary.mH, identity, atol=1e-12, rtol=0)


@st.composite
def circuits(draw: st.DrawFn) -> Circuit:
    n_qubits = draw(st.integers(2, 5))
    gates: list[Gate] = []
    slot = 0
    for _ in range(draw(st.integers(0, 20))):
        name, wires, angles = draw(
            st.sampled_from([("Rot", 1, 3), ("RY", 1, 1), ("CRX", 2, 1), ("CNOT", 2, 0)])
        )
        chosen = draw(st.permutations(range(n_qubits)))[:wires]
        gates.append(Gate(name, tuple(chosen), tuple(range(slot, slot + angles))))
        slot += angles
    return Circuit(n_qubits, tuple(gates), z_strings(n_qubits))


@settings(max_examples=60)
@given(circuits(), st.integers(2, 4), st.integers(0, 1000))
def test_fusing_gates_changes_nothing(circuit: Circuit, block_wires: int, seed: int):
    blocks = fuse(circuit, block_wires)
    assert sorted(map(id, circuit.gates)) == sorted(id(g) for b in blocks for g in b.gates)
    amplitudes, weights = random_inputs(circuit, seed=seed)
    simulator = Simulator(circuit)
    values = simulator.expectations(amplitudes, weights)
    reference = dense_state(circuit, amplitudes.numpy(), weights.numpy())
    probabilities = np.abs(reference) ** 2
    for column, wires in enumerate(circuit.observables):
        signs = [
            np.prod([1 - 2 * (state >> (circuit.n_qubits - 1 - wire) & 1) for wire in wires])
            for state in range(circuit.dim)
        ]
        np.testing.assert_allclose(values[:, column].numpy(), probabilities @ signs, atol=1e-12)


def dense_state(circuit: Circuit, amplitudes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Every gate as a full matrix made of Kronecker products of textbook ones."""
    paulis = {
        "I": np.eye(2),
        "X": np.array([[0, 1], [1, 0]]),
        "Y": np.array([[0, -1j], [1j, 0]]),
        "Z": np.diag([1, -1]),
    }

    def on(wires: dict[int, np.ndarray]) -> np.ndarray:
        full = np.eye(1)
        for wire in range(circuit.n_qubits):
            full = np.kron(full, wires.get(wire, np.eye(2)))
        return full

    def turn(axis: str, angle: float) -> np.ndarray:
        return np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * paulis[axis]

    def controlled(wires: tuple[int, ...], target: np.ndarray) -> np.ndarray:
        off, hot = np.diag([1.0, 0.0]), np.diag([0.0, 1.0])
        return on({wires[0]: off}) + on({wires[0]: hot, wires[1]: target})

    state = amplitudes.astype(complex)
    for gate in circuit.gates:
        angle = [weights[slot] for slot in gate.slots]
        matrix = {
            "Rot": lambda g=gate, a=angle: on(
                {g.wires[0]: turn("Z", a[2]) @ turn("Y", a[1]) @ turn("Z", a[0])}
            ),
            "RY": lambda g=gate, a=angle: on({g.wires[0]: turn("Y", a[0])}),
            "CRX": lambda g=gate, a=angle: controlled(g.wires, turn("X", a[0])),
            "CNOT": lambda g=gate: controlled(g.wires, paulis["X"]),
        }[gate.name]()
        state = state @ matrix.T
    return state


def test_two_stage_has_the_gates_of_the_paper():
    circuit = two_stage(8, 4)
    count = {
        name: sum(g.name == name for g in circuit.gates) for name in ("Rot", "CNOT", "RY", "CRX")
    }
    assert count == {"Rot": 32, "CNOT": 32, "RY": 32, "CRX": 32}
    assert circuit.n_weights == 4 * 8 * 5
    assert len(circuit.observables) == 8 + 28


@pytest.mark.parametrize(("qubits", "layers"), [(1, 2), (13, 2), (4, 0), (4, 17)])
def test_a_circuit_out_of_range_is_refused(qubits: int, layers: int):
    with pytest.raises(CircuitError, match="Choose"):
        two_stage(qubits, layers)
