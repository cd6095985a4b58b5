"""OpenQASM text, read back gate by gate and run on PennyLane."""

import math
import re
from typing import Any

import numpy as np
import pennylane as qml
import pytest
import torch
from hypothesis import given, settings

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.ansatz import qcnn, two_stage
from qcmfm.quantum.circuit import PARAMETERS, WIRES, Circuit, Gate
from qcmfm.quantum.openqasm import openqasm
from qcmfm.quantum.simulation import Simulator
from tests.quantum.random_circuits import circuits, random_inputs

# The gates that qelib1.inc has had from the first; stdgates.inc has two of ours more.
QELIB1: dict[str, Any] = {
    "h": qml.Hadamard,
    "rx": qml.RX,
    "ry": qml.RY,
    "rz": qml.RZ,
    "cx": qml.CNOT,
    "cz": qml.CZ,
    "crz": qml.CRZ,
}
LIBRARIES = {2: QELIB1, 3: QELIB1 | {"crx": qml.CRX, "cry": qml.CRY}}

HEADS = {
    2: ["OPENQASM 2.0", 'include "qelib1.inc"', "qreg q[{n}]", "creg c[{n}]"],
    3: ["OPENQASM 3.0", 'include "stdgates.inc"', "qubit[{n}] q", "bit[{n}] c"],
}


def final_state(program: str, version: int, n_qubits: int) -> np.ndarray:
    """State after a program that starts in |0..0>."""
    code = re.sub(r"//.*", "", program)
    statements = [statement.strip() for statement in code.split(";") if statement.strip()]
    head = [line.format(n=n_qubits) for line in HEADS[version]]
    assert statements[: len(head)] == head

    @qml.qnode(qml.device("default.qubit", wires=n_qubits))
    def run() -> Any:
        for statement in statements[len(head) :]:
            found = re.fullmatch(r"(\w+)(?:\((\S+)\))? (q\[\d+\](?:, q\[\d+\])?)", statement)
            assert found, statement
            wires = [int(wire) for wire in re.findall(r"\d+", found[3])]
            angles = [float(found[2])] if found[2] else []
            LIBRARIES[version][found[1]](*angles, wires=wires)
        return qml.state()

    return np.asarray(run())


def assert_programs_make_the_state(circuit: Circuit) -> None:
    amplitudes, weights = random_inputs(circuit, batch=1)
    expected = Simulator(circuit).state(amplitudes, weights)[0].numpy()
    for version in (2, 3):
        program = openqasm(circuit, weights, amplitudes[0], version, measure=False)
        found = final_state(program, version, circuit.n_qubits)
        # A phase of the whole state cannot be seen, and rz has another one in OpenQASM 2.
        assert abs(np.vdot(found, expected)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("circuit", [two_stage(4, 2), qcnn(4), qcnn(5)])
def test_a_program_makes_the_same_state(circuit: Circuit):
    assert_programs_make_the_state(circuit)


@settings(max_examples=25)
@given(circuits(most_qubits=4))
def test_any_circuit_can_be_written(circuit: Circuit):
    assert_programs_make_the_state(circuit)


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_gate_can_be_written(name: str):
    wires = (2, 0)[: WIRES[name]]
    gate = Gate(name, wires, tuple(range(PARAMETERS[name])))
    assert_programs_make_the_state(Circuit(3, (gate,), ((0,),)))


@pytest.mark.parametrize(
    "amplitudes",
    [[0, 0, 0, -1], [1, 0, 0, 0], [-0.6, 0, 0, 0.8], [0, -0.6, -0.8, 0], [0.5, -0.5, -0.5, -0.5]],
)
def test_zeros_and_signs_are_prepared(amplitudes: list[float]):
    program = openqasm(
        Circuit(2, (), ((0,),)), torch.zeros(0), torch.tensor(amplitudes).double(), 2, False
    )
    np.testing.assert_allclose(final_state(program, 2, 2), amplitudes, atol=1e-12)


def test_a_program_says_what_is_measured_and_where_the_input_belongs():
    circuit = two_stage(4, 1)
    program = openqasm(circuit, torch.zeros(circuit.n_weights))
    assert program.endswith("c = measure q;\n")
    assert "amplitudes are to be prepared here; q[0] is the first bit" in program
    assert "// Observables: Z0, Z1, Z2, Z3, Z0 Z1, " in program
    assert "// Layer 0: interaction." in program
    older = openqasm(circuit, torch.full((circuit.n_weights,), math.pi), version=2)
    assert older.endswith("measure q -> c;\n") and "ry(3.141592" in older


def test_what_cannot_be_written_is_refused():
    circuit = two_stage(4, 1)
    weights = torch.zeros(circuit.n_weights)
    with pytest.raises(CircuitError, match=r"version 4.*Choose 2 or 3"):
        openqasm(circuit, weights, version=4)
    with pytest.raises(CircuitError, match=r"given 3 amplitudes.*It takes 16"):
        openqasm(circuit, weights, torch.ones(3))
    with pytest.raises(CircuitError, match=r"given 19 weights.*It takes 20"):
        openqasm(circuit, weights[1:])
