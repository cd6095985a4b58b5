"""A record on its way through the circuit, and through parts of it."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from qcmfm.core.errors import CircuitError
from qcmfm.lab.state_steps import STEPS, walk
from qcmfm.lab.switched_gates import SwitchedOff, remove_gates, without_gates
from qcmfm.quantum.ansatz import qcnn, two_stage
from qcmfm.quantum.pennylane_bridge import qnode
from qcmfm.quantum.shares import modality_shares
from tests.lab.made import made_inputs

INPUTS = made_inputs(5)
READOUT, RECORD = INPUTS.readout, INPUTS.amplitudes[1]


@pytest.mark.parametrize("every", STEPS)
def test_the_end_is_what_the_simulator_says_and_each_step_is_a_state(every: str):
    found = walk(READOUT, RECORD, every)
    assert found.names[0] == "start" and len(found) == len(found.states)
    expected = READOUT.probabilities(READOUT.logits(RECORD[None]))[0]
    np.testing.assert_allclose(found.probabilities[-1], expected, atol=1e-5)
    lengths = found.states.abs().square().sum(1)
    torch.testing.assert_close(lengths, torch.ones_like(lengths))
    assert len(walk(READOUT, RECORD, "gate")) == len(READOUT.circuit.gates) + 1


def test_shares_add_up_to_the_readings_and_are_those_of_the_modality_split():
    found = walk(READOUT, RECORD, "layer")
    torch.testing.assert_close(found.shares.sum(2), found.bloch[:, :, 2])
    split = modality_shares(READOUT.simulator, RECORD[None].double(), READOUT.angles.double())
    wires = READOUT.circuit.n_qubits
    for place, part in enumerate((split.image, split.text, split.interaction)):
        torch.testing.assert_close(found.shares[-1, :, place], part[0, :wires])
    # At the start photo and caption are in different outcomes and cannot meet.
    assert found.interference[0].item() == 0 and found.shares[0, 0, 2].item() == 0
    assert found.interference[-1].item() > 0.1


def test_entanglement_of_the_modality_qubit_follows_from_its_arrow():
    found = walk(READOUT, RECORD, "layer")
    length = found.bloch[:, 0].norm(dim=1)
    likely = torch.stack([(1 + length) / 2, (1 - length) / 2], 1)
    expected = -torch.xlogy(likely, likely).sum(1) / np.log(2)
    torch.testing.assert_close(found.entropy, expected)


def test_without_entangling_gates_every_qubit_stays_as_entangled_as_it_came():
    off = SwitchedOff(entanglement=True).numbers(READOUT.circuit)
    found = walk(without_gates(READOUT, off), RECORD, "layer")
    torch.testing.assert_close(found.entropy, found.entropy[:1].expand(len(found)))
    torch.testing.assert_close(found.entanglement, found.entanglement[:1].expand(len(found)))


@given(some.sets(some.integers(0, 31)))
def test_a_circuit_without_some_gates_is_the_one_that_pennylane_makes_of_the_rest(off: set[int]):
    circuit, angles = remove_gates(READOUT.circuit, READOUT.angles.double(), off)
    assert len(circuit.gates) == 32 - len(off)
    assert circuit.n_weights == len(angles)
    kept = [g for number, g in enumerate(READOUT.circuit.gates) if number not in off]
    assert [(g.name, g.wires) for g in circuit.gates] == [(g.name, g.wires) for g in kept]
    expected = qnode(circuit)(RECORD.double(), angles)
    changed = without_gates(READOUT, off)
    found = changed.simulator.expectations(RECORD[None].double(), changed.angles.double())
    torch.testing.assert_close(found[0], torch.stack(list(expected)), atol=1e-9, rtol=0)


def test_gates_that_share_an_angle_still_share_it():
    circuit = qcnn(4)
    left, angles = remove_gates(circuit, torch.rand(circuit.n_weights), {0, 5})
    assert left.n_weights == len(angles) <= circuit.n_weights


def test_what_is_off_fits_into_a_link():
    circuit = two_stage(4, 2)
    off = SwitchedOff(frozenset({3, 17}), frozenset({1}), True)
    assert off.to_text() == "3,17,L1,E"
    assert SwitchedOff.from_text("3,17,L1,E", circuit) == off
    assert SwitchedOff.from_text("99,L9,x,-1,", circuit) == SwitchedOff()
    assert SwitchedOff().to_text() == ""
    layer = SwitchedOff(layers=frozenset({1})).numbers(circuit)
    assert layer == {n for n, gate in enumerate(circuit.gates) if gate.layer == 1}


def test_an_unknown_step_is_refused():
    with pytest.raises(CircuitError, match="no step 'moment'"):
        walk(READOUT, RECORD, "moment")
