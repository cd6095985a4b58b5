"""Circuits as data: what is refused, and the gates' matrices against PennyLane's."""

import pennylane as qml
import pytest
import torch

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.circuit import PARAMETERS, WIRES, Circuit, Gate, z_strings
from qcmfm.quantum.gates import dense_wires, matrices


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_gate_is_pennylanes(name: str):
    generator = torch.Generator().manual_seed(1)
    angles = 4 * torch.randn(5, PARAMETERS[name], dtype=torch.float64, generator=generator)
    ours = matrices(name, angles)
    gate = getattr(qml, {"H": "Hadamard"}.get(name, name))
    for matrix, row in zip(ours, angles.tolist(), strict=True):
        theirs = torch.as_tensor(qml.matrix(gate(*row, wires=range(WIRES[name]))))
        torch.testing.assert_close(matrix, theirs.to(matrix.dtype), atol=1e-14, rtol=0)


@pytest.mark.parametrize("name", [name for name in PARAMETERS if PARAMETERS[name]])
def test_gates_have_the_right_gradient(name: str):
    angles = torch.tensor([[0.3, -2.0, 5.0]], dtype=torch.float64)[:, : PARAMETERS[name]]
    assert torch.autograd.gradcheck(lambda a: matrices(name, a), angles.requires_grad_())


def test_gates_say_which_wires_they_change():
    changed = {
        name: dense_wires(Gate(name, (5, 2)[: WIRES[name]], tuple(range(PARAMETERS[name]))))
        for name in PARAMETERS
    }
    assert [name for name, wires in changed.items() if not wires] == ["RZ", "CZ", "CRZ", "IsingZZ"]
    assert [name for name, wires in changed.items() if wires == (2,)] == ["CNOT", "CRX", "CRY"]
    assert changed["IsingXX"] == changed["IsingYY"] == (5, 2)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("U7", (0,)), "'U7'.*Choose one of H, RX"),
        (("CNOT", (0,)), "CNOT gate was given 1 wires.*It takes 2"),
        (("CNOT", (3, 3)), r"one wire twice: \(3, 3\)"),
        (("Rot", (0,), (0, 1)), "Rot gate was given 2 slots.*It takes 3"),
        (("RY", (0,)), "RY gate was given 0 slots.*It takes 1"),
    ],
)
def test_a_gate_that_cannot_be_is_refused(arguments: tuple[object, ...], told: str):
    with pytest.raises(CircuitError, match=told):
        Gate(*arguments)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("n_qubits", "gates", "observables", "told"),
    [
        (0, (), (), "0 qubits.*1 to 12"),
        (13, (), (), "13 qubits.*1 to 12"),
        (2, (Gate("RY", (2,), (0,)),), (), "wire 2.*0 to 1"),
        (2, (Gate("CZ", (-1, 0)),), (), "wire -1.*0 to 1"),
        (2, (Gate("RY", (0,), (1,)),), (), "not slot 0.*0 to 0"),
        (2, (), ((0, 2),), "observable is on wire 2.*0 to 1"),
        (2, (), ((0, 0),), r"\(0, 0\)"),
        (2, (), ((),), "at least one wire"),
    ],
)
def test_a_circuit_that_cannot_be_is_refused(
    n_qubits: int,
    gates: tuple[Gate, ...],
    observables: tuple[tuple[int, ...], ...],
    told: str,
):
    with pytest.raises(CircuitError, match=told):
        Circuit(n_qubits, gates, observables)


def test_shared_slots_count_once():
    circuit = Circuit(2, (Gate("RY", (0,), (0,)), Gate("RX", (1,), (0,))), z_strings(2))
    assert circuit.n_weights == 1


def test_z_strings_of_some_wires():
    assert z_strings(3) == ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2))
    assert z_strings((1, 3)) == ((1,), (3,), (1, 3))
