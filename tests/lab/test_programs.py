"""Diagram, OpenQASM, Python and simulation come from one circuit and give the same readings."""

import json
import re
import subprocess
import sys
from functools import reduce
from operator import matmul

import pennylane as qml
import pytest
import torch

from qcmfm.core.errors import CircuitError
from qcmfm.core.settings import SHIPPED_RUNS
from qcmfm.lab.switched_gates import without_gates
from qcmfm.quantum.ansatz import qcnn, two_stage
from qcmfm.quantum.circuit import PARAMETERS, WIRES, Circuit, Gate, z_strings
from qcmfm.quantum.openqasm import openqasm
from qcmfm.quantum.pennylane_bridge import qnode
from qcmfm.quantum.pennylane_program import pennylane_program
from qcmfm.runs.run import read_run
from tests.quantum.random_circuits import random_inputs


def every_gate() -> Circuit:
    """One gate of each kind."""
    gates: list[Gate] = []
    slot = 0
    for name, count in PARAMETERS.items():
        gates.append(Gate(name, (2, 0)[: WIRES[name]], tuple(range(slot, slot + count))))
        slot += count
    return Circuit(3, tuple(gates), z_strings(3), "every gate")


def run_program(text: str, folder) -> list[float]:
    """The values that a Python program prints when it runs on its own."""
    (folder / "exported.py").write_text(text)
    command = [sys.executable, "-I", str(folder / "exported.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    return json.loads(done.stdout)


def run_qasm(text: str, circuit: Circuit) -> list[float]:
    """Readings of an OpenQASM 3 program, read by PennyLane with the openqasm3 parser."""
    # The parser knows the language; the gates of the standard library are PennyLane's.
    text = text.replace('include "stdgates.inc";\n', "")
    names = [f"q[{wire}]" for wire in range(circuit.n_qubits)]
    program = qml.from_qasm3(text, wire_map=None)

    @qml.qnode(qml.device("default.qubit", wires=names))
    def run():
        program()
        products = [
            reduce(matmul, (qml.PauliZ(names[wire]) for wire in wires))
            for wires in circuit.observables
        ]
        return [qml.expval(product) for product in products]

    return [float(value) for value in run()]


@pytest.mark.parametrize("circuit", [two_stage(4, 2), qcnn(4), every_gate()], ids=lambda c: c.name)
def test_the_exported_programs_run_and_give_the_readings_of_the_qnode(circuit: Circuit, tmp_path):
    amplitudes, weights = random_inputs(circuit, batch=1)
    expected = [float(value) for value in qnode(circuit)(amplitudes[0], weights)]
    program = pennylane_program(circuit, weights, amplitudes[0])
    assert run_program(program, tmp_path) == pytest.approx(expected, abs=1e-10)
    qasm = openqasm(circuit, weights, amplitudes[0], measure=False)
    assert run_qasm(qasm, circuit) == pytest.approx(expected, abs=1e-10)


def test_a_trained_circuit_with_gates_off_is_exported_as_it_is_simulated(tmp_path):
    from qcmfm.lab.circuit_inputs import readout

    changed = without_gates(readout(read_run(SHIPPED_RUNS / "textiles")), range(40, 128, 3))
    circuit, angles = changed.circuit, changed.angles.double()
    amplitudes = torch.nn.functional.normalize(torch.arange(1, circuit.dim + 1).double(), dim=0)
    found = changed.simulator.expectations(amplitudes[None], angles)[0].tolist()
    program = pennylane_program(circuit, angles, amplitudes)
    assert run_program(program, tmp_path) == pytest.approx(found, abs=1e-9)
    assert len(re.findall(r"^    qml\.(?!StatePrep)", program, re.MULTILINE)) == len(circuit.gates)


def test_vectors_of_the_wrong_length_are_refused():
    circuit = two_stage(4, 1)
    with pytest.raises(CircuitError, match="15 amplitudes"):
        pennylane_program(circuit, torch.zeros(circuit.n_weights), torch.ones(15))
