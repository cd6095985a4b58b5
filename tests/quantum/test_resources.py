"""Counts against numbers counted by hand and against PennyLane's."""

import pennylane as qml
import pytest
import torch
from hypothesis import given, settings
from pennylane.queuing import AnnotatedQueue
from pennylane.tape import QuantumScript

from qcmfm.quantum.ansatz import qcnn, two_stage
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.resources import resources
from tests.quantum.random_circuits import circuits


def test_two_stage_by_hand():
    found = resources(two_stage(4, 1))
    assert found.gates == {"Rot": 4, "CNOT": 4, "RY": 4, "CRX": 4}
    assert (found.n_gates, found.n_two_qubit, found.n_parameters) == (16, 8, 20)
    # Rot, then four CNOTs that wait for each other; RY on the last wire; four CRXs.
    assert found.depth == 1 + 4 + 1 + 4


def test_shared_angles_count_once():
    assert resources(qcnn(4)).n_parameters == 34


def test_an_empty_circuit_needs_nothing():
    found = resources(Circuit(3, (), ((0,),)))
    assert (found.n_gates, found.depth, found.n_parameters, found.gates) == (0, 0, 0, {})


@settings(max_examples=40)
@given(circuits())
def test_depth_and_counts_are_pennylanes(circuit: Circuit):
    weights = torch.zeros(max(1, circuit.n_weights))
    with AnnotatedQueue() as queue:
        for gate in circuit.gates:
            getattr(qml, gate.name)(*(weights[s] for s in gate.slots), wires=gate.wires)
    tape = QuantumScript.from_queue(queue)
    theirs = tape.specs["resources"]
    ours = resources(circuit)
    assert ours.depth == tape.graph.get_depth()
    assert ours.n_gates == theirs.num_gates
    assert ours.n_two_qubit == theirs.gate_sizes.get(2, 0)


@pytest.mark.parametrize("n_qubits", [2, 12])
def test_the_smallest_and_the_largest_can_be_counted(n_qubits: int):
    assert resources(two_stage(n_qubits, 16)).n_gates == 64 * n_qubits
