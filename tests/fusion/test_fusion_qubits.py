"""The FE-QMFNN's closed forms against circuits that PennyLane runs."""

import math

import pytest
import torch

from qcmfm.core.errors import TrainingError
from qcmfm.fusion.fe_qmfnn import FEQMFNN
from qcmfm.quantum.circuit import Circuit, Gate, z_strings
from qcmfm.quantum.fusion_qubits import FusionQubits, QCNNReadout, fusion_circuit
from qcmfm.quantum.pennylane_bridge import qnode
from tests.fusion.test_contract import LABELS, SHAPE, random_batch


def ground_state(n_qubits: int) -> torch.Tensor:
    state = torch.zeros(2**n_qubits, dtype=torch.float64)
    state[0] = 1
    return state


@pytest.mark.parametrize(("modalities", "features"), [(1, 2), (2, 1), (2, 3), (3, 2), (4, 1)])
def test_fusion_qubits_are_what_the_circuit_gives(modalities: int, features: int):
    torch.manual_seed(modalities * 10 + features)
    block = FusionQubits(modalities, features).double()
    encoded = torch.rand(modalities, features, dtype=torch.float64) * math.pi
    circuit = fusion_circuit(modalities, features)
    weights = torch.cat([encoded.flatten(), block.angles.detach().flatten()])
    expected = torch.stack(qnode(circuit)(ground_state(circuit.n_qubits), weights))
    found = block((encoded / 2).sin().square()[None])[0, :, 1]
    torch.testing.assert_close(found, expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_the_qcnn_reads_mixed_qubits_as_the_whole_circuit_does(kept: int):
    """Modalities' qubits are in PennyLane's circuit, unobserved; here they never appear."""
    torch.manual_seed(kept)
    modalities, features = 2, 3
    block, readout = FusionQubits(modalities, features).double(), QCNNReadout(features, kept)
    readout.double()
    encoded = torch.rand(modalities, features, dtype=torch.float64) * math.pi
    first = fusion_circuit(modalities, features)
    shift = first.n_weights
    later = [
        Gate(gate.name, gate.wires, tuple(slot + shift for slot in gate.slots))
        for gate in readout.circuit.gates
    ]
    whole = Circuit(first.n_qubits, (*first.gates, *later), readout.circuit.observables)
    weights = torch.cat(
        [encoded.flatten(), block.angles.detach().flatten(), readout.angles.detach()]
    )
    expected = torch.stack(qnode(whole)(ground_state(whole.n_qubits), weights))
    found = readout(block((encoded / 2).sin().square()[None]))[0]
    torch.testing.assert_close(found, expected, atol=1e-11, rtol=0)
    assert readout.n_observables == len(z_strings(kept))


def test_gradients_of_the_closed_forms_are_right():
    torch.manual_seed(5)
    block, readout = FusionQubits(2, 4).double(), QCNNReadout(4, 2).double()
    decisions = torch.rand(3, 2, 4, dtype=torch.float64, requires_grad=True)

    def run(given: torch.Tensor, angles: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
        block.angles.data, readout.angles.data = angles.data, turns.data
        replaced = {"angles": angles}
        bloch = torch.func.functional_call(block, replaced, (given,))
        return torch.func.functional_call(readout, {"angles": turns}, (bloch,))

    angles = block.angles.detach().clone().requires_grad_()
    turns = readout.angles.detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(run, (decisions, angles, turns), atol=1e-7)


def test_one_modality_alone_is_combined_as_its_trust_says():
    block = FusionQubits(3, 5)
    for number in range(3):
        decisions = torch.zeros(1, 3, 5)
        decisions[:, number] = 1
        chance = (1 - block(decisions)[0, :, 1]) / 2
        torch.testing.assert_close(chance, block.trust()[number])


def test_what_is_missing_turns_nothing():
    block = FusionQubits(2, 4)
    bloch = block(torch.zeros(1, 2, 4))
    torch.testing.assert_close(bloch[0], torch.tensor([[0.0, 1.0]]).expand(4, 2))


def test_the_model_tells_its_trust_of_photo_and_caption():
    model = FEQMFNN.build(SHAPE, LABELS, {"features": 8, "group": 4, "kept": 2})
    assert isinstance(model, FEQMFNN)
    trust = model.trust()
    assert trust.shape == (2, 8) and ((trust >= 0) & (trust <= 1)).all()
    readout = model(random_batch()).readout
    assert readout is not None and readout.abs().max() <= 1 + 1e-5


def test_groups_that_do_not_fit_are_refused():
    with pytest.raises(TrainingError, match="groups of 8"):
        FEQMFNN.build(SHAPE, LABELS, {"features": 12, "group": 8})
    with pytest.raises(TrainingError, match="measured"):
        FEQMFNN.build(SHAPE, LABELS, {"features": 8, "group": 2, "kept": 4})
