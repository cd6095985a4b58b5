"""Every ansatz family against a PennyLane circuit that was written down for itself."""

from collections.abc import Callable
from typing import Any

import pennylane as qml
import pytest
import torch

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.ansatz import (
    brick_wall,
    hardware_efficient,
    qcnn,
    strongly_entangling,
    two_stage,
)
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.pennylane_bridge import qnode
from qcmfm.quantum.simulation import Simulator
from tests.quantum.random_circuits import random_inputs

LAYERS = 3


def two_stage_by_hand(weights: Any, n: int, first_ring: Any = qml.CNOT) -> None:
    for layer in weights.reshape(LAYERS, 5 * n):
        for wire in range(n):
            qml.Rot(*layer[3 * wire : 3 * wire + 3], wires=wire)
        for wire in range(n):
            first_ring([wire, (wire + 1) % n])
        for wire in range(n):
            qml.RY(layer[3 * n + wire], wires=wire)
        for wire in range(n):
            qml.CRX(layer[4 * n + wire], wires=[wire, (wire + 1) % n])


def hardware_efficient_by_hand(weights: Any, n: int) -> None:
    for index, layer in enumerate(weights.reshape(LAYERS + 1, 2, n)):
        qml.AngleEmbedding(layer[0], wires=range(n), rotation="Y")
        qml.AngleEmbedding(layer[1], wires=range(n), rotation="Z")
        for wire in range(n - 1 if index < LAYERS else 0):
            qml.CZ([wire, wire + 1])


def strongly_entangling_template(weights: Any, n: int) -> None:
    qml.StronglyEntanglingLayers(weights.reshape(LAYERS, n, 3), wires=range(n))


def brick_wall_template(weights: Any, n: int) -> None:
    bricks = weights.reshape(LAYERS, n - 1, 2)
    qml.SimplifiedTwoDesign(torch.zeros(n), bricks, wires=range(n))


def qcnn_by_hand(weights: Any, n: int) -> None:
    """Pairs of neighbours and who is kept, for 4, 6 and 8 qubits, written out."""
    pairs_and_pools = {
        4: [
            ([(0, 1), (2, 3), (1, 2), (3, 0)], [(1, 0), (3, 2)]),
            ([(0, 2)], [(2, 0)]),
        ],
        6: [
            ([(0, 1), (2, 3), (4, 5), (1, 2), (3, 4), (5, 0)], [(1, 0), (3, 2), (5, 4)]),
            ([(0, 2), (2, 4)], [(2, 0)]),
            ([(0, 4)], [(4, 0)]),
        ],
        8: [
            (
                [(0, 1), (2, 3), (4, 5), (6, 7), (1, 2), (3, 4), (5, 6), (7, 0)],
                [(1, 0), (3, 2), (5, 4), (7, 6)],
            ),
            ([(0, 2), (4, 6), (2, 4), (6, 0)], [(2, 0), (6, 4)]),
            ([(0, 4)], [(4, 0)]),
        ],
    }[n]
    for (pairs, pools), angles in zip(pairs_and_pools, weights.reshape(-1, 17), strict=True):
        for a, b in pairs:
            qml.Rot(*angles[0:3], wires=a)
            qml.Rot(*angles[3:6], wires=b)
            for gate, angle in zip(
                (qml.IsingXX, qml.IsingYY, qml.IsingZZ), angles[6:], strict=False
            ):
                gate(angle, wires=[a, b])
            qml.Rot(*angles[9:12], wires=a)
            qml.Rot(*angles[12:15], wires=b)
        for dropped, kept in pools:
            qml.ctrl(qml.RZ, dropped)(angles[15], wires=kept)
            qml.ctrl(qml.RX, dropped)(angles[16], wires=kept)


FAMILIES: dict[str, tuple[Callable[[int], Circuit], Callable[[Any, int], None]]] = {
    "two_stage": (lambda n: two_stage(n, LAYERS), two_stage_by_hand),
    "two_stage_cz": (
        lambda n: two_stage(n, LAYERS, first_ring="CZ"),
        lambda weights, n: two_stage_by_hand(weights, n, qml.CZ),
    ),
    "hardware_efficient": (lambda n: hardware_efficient(n, LAYERS), hardware_efficient_by_hand),
    "strongly_entangling": (lambda n: strongly_entangling(n, LAYERS), strongly_entangling_template),
    "brick_wall": (lambda n: brick_wall(n, LAYERS), brick_wall_template),
    "qcnn": (qcnn, qcnn_by_hand),
}


@pytest.mark.parametrize("n_qubits", [4, 6, 8])
@pytest.mark.parametrize("family", FAMILIES)
def test_values_and_gradients_agree_with_pennylane(family: str, n_qubits: int):
    ours, by_hand = FAMILIES[family]
    circuit = ours(n_qubits)

    @qml.qnode(qml.device("default.qubit", wires=n_qubits), interface="torch")
    def reference(amplitudes: Any, weights: Any) -> Any:
        qml.AmplitudeEmbedding(amplitudes, wires=range(n_qubits))
        by_hand(weights, n_qubits)
        return [
            qml.expval(qml.prod(*(qml.Z(w) for w in wires)))  # pyright: ignore[reportArgumentType]
            for wires in circuit.observables
        ]

    amplitudes, weights = random_inputs(circuit)
    inputs = (amplitudes.requires_grad_(), weights.requires_grad_())
    expected = torch.stack(list(reference(*inputs)), 1)
    mix = torch.linspace(-1, 1, expected.numel(), dtype=torch.float64).reshape(expected.shape)
    expected_gradients = torch.autograd.grad((expected * mix).sum(), inputs)
    simulator = Simulator(circuit)
    through_the_unitary = Simulator(circuit)
    through_the_unitary.prefers_unitary = lambda batch, built=False: True
    bridged = qnode(circuit)
    for found in (
        simulator.expectations(*inputs),
        through_the_unitary.expectations(*inputs),
        torch.stack(list(bridged(*inputs)), 1),
    ):
        torch.testing.assert_close(found, expected, atol=1e-12, rtol=0)
        gradients = torch.autograd.grad((found * mix).sum(), inputs)
        for mine, theirs in zip(gradients, expected_gradients, strict=True):
            torch.testing.assert_close(mine, theirs, atol=1e-11, rtol=0)


def test_two_stage_has_the_gates_of_the_paper():
    circuit = two_stage(8, 4)
    count = {
        name: sum(g.name == name for g in circuit.gates) for name in ("Rot", "CNOT", "RY", "CRX")
    }
    assert count == {"Rot": 32, "CNOT": 32, "RY": 32, "CRX": 32}
    assert circuit.n_weights == 4 * 8 * 5
    assert len(circuit.observables) == 8 + 28


@pytest.mark.parametrize("rings", [(True, False), (False, True), (False, False)])
def test_rings_can_be_left_out(rings: tuple[bool, bool]):
    names = {gate.name for gate in two_stage(4, 1, *rings).gates}
    assert ("CNOT" in names, "CRX" in names) == rings


def test_qcnn_shares_its_angles_and_grows_with_the_logarithm():
    assert [qcnn(n).n_weights for n in (2, 4, 8)] == [17, 34, 51]
    assert qcnn(8).observables == ((0,),)
    assert qcnn(8, remaining=2).observables == ((0,), (4,), (0, 4))
    assert qcnn(5, remaining=5).n_weights == 15


@pytest.mark.parametrize("family", [two_stage, hardware_efficient, strongly_entangling, brick_wall])
@pytest.mark.parametrize(("qubits", "layers"), [(1, 2), (13, 2), (4, 0), (4, 17)])
def test_a_circuit_out_of_range_is_refused(
    family: Callable[[int, int], Circuit], qubits: int, layers: int
):
    with pytest.raises(CircuitError, match="Choose"):
        family(qubits, layers)


@pytest.mark.parametrize(("qubits", "kept"), [(1, 1), (13, 1), (4, 0), (4, 5)])
def test_a_qcnn_out_of_range_is_refused(qubits: int, kept: int):
    with pytest.raises(CircuitError, match="Choose"):
        qcnn(qubits, kept)
