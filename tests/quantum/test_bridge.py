"""The QNode on other devices, and by other ways to the gradient."""

import pennylane as qml
import pytest
import torch

from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.pennylane_bridge import qnode
from qcmfm.quantum.simulation import Simulator
from tests.quantum.random_circuits import random_inputs


@pytest.mark.parametrize("name", ["default.qubit", "lightning.qubit", "default.mixed"])
@pytest.mark.parametrize("made", [False, True])
def test_the_qnode_runs_on_any_device(name: str, made: bool):
    circuit = two_stage(4, 2)
    (amplitudes,), weights = random_inputs(circuit, batch=1)
    device = qml.device(name, wires=4) if made else name
    found = torch.stack(list(qnode(circuit, device)(amplitudes, weights)))
    expected = Simulator(circuit).expectations(amplitudes[None], weights)[0]
    torch.testing.assert_close(found.double(), expected, atol=1e-6, rtol=0)


def test_options_reach_the_qnode():
    circuit = two_stage(3, 1)
    (amplitudes,), weights = random_inputs(circuit, batch=1)
    shifted = qnode(circuit, diff_method="parameter-shift")
    leaf = weights.clone().requires_grad_()
    (found,) = torch.autograd.grad(shifted(amplitudes, leaf)[0], leaf)
    value = Simulator(circuit).expectations(amplitudes[None], leaf)[0, 0]
    (expected,) = torch.autograd.grad(value, leaf)
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)
    sampled = qnode(circuit, shots=50)(amplitudes, weights)
    assert all(float(value) * 50 == pytest.approx(round(float(value) * 50)) for value in sampled)
