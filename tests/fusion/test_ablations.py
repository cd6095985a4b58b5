"""The QCMFM with one part taken out."""

from typing import Any

import pytest
import torch

from qcmfm.core.errors import TrainingError
from qcmfm.fusion.layers.ablations import angle_encoded, one_stage
from qcmfm.fusion.qcmfm import QCMFM
from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.pennylane_bridge import qnode
from tests.fusion.test_contract import LABELS, SHAPE, random_batch

ABLATED: list[dict[str, Any]] = [
    {"entangle_first": False, "entangle_second": False},
    {"frozen": True},
    {"readout": "amplitudes"},
    {"encoding": "angle"},
    {"stages": "mixing"},
    {"stages": "interaction"},
    {"n_qubits": 5, "encoding": "angle"},
]


def build(options: dict[str, Any]) -> QCMFM:
    torch.manual_seed(1)
    model = QCMFM.build(SHAPE, LABELS, {"n_qubits": 4, "n_layers": 2, **options}).eval()
    assert isinstance(model, QCMFM)
    return model


@pytest.mark.parametrize("options", ABLATED)
def test_it_answers_and_learns(options: dict[str, Any]):
    batch = random_batch()
    if options.get("n_qubits") == 5:
        with pytest.raises(TrainingError, match="even"):
            build(options)
        return
    model = build(options)
    whole = batch.select(batch.has_image & batch.has_text)
    gone = torch.ones(len(whole), dtype=torch.bool)
    ways = model.fuse_each_way(whole)
    for found, variant in zip(
        ways, (whole, whole.without(text=gone), whole.without(image=gone)), strict=True
    ):
        torch.testing.assert_close(found, model(variant).logits, atol=1e-5, rtol=1e-4)
    model(batch).logits.square().sum().backward()
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


def test_a_frozen_circuit_has_no_trainable_angle():
    assert (
        build({}).n_parameters() - build({"frozen": True}).n_parameters()
        == build({}).angles.numel()
    )


def test_one_stage_keeps_its_gates_and_renumbers_their_angles():
    whole = two_stage(4, 2)
    parts = [one_stage(whole, stage) for stage in ("mixing", "interaction")]
    assert sum(len(part.gates) for part in parts) == len(whole.gates)
    assert sum(part.n_weights for part in parts) == whole.n_weights
    assert {gate.name for gate in parts[1].gates} == {"RY", "CRX"}


def test_angles_are_encoded_as_rotations_about_y():
    torch.manual_seed(0)
    angles = torch.randn(3, dtype=torch.float64)
    gates = tuple(Gate("RY", (wire,), (wire,)) for wire in range(3))
    circuit = Circuit(3, gates, ((0,), (1,), (2,)))
    start = torch.eye(8, dtype=torch.float64)[0]
    expected = torch.stack(qnode(circuit)(start, angles))
    chance = angle_encoded(angles[None])[0].square().view(2, 2, 2)
    for wire in range(3):
        zero, one = chance.movedim(wire, 0).flatten(1).sum(1)
        torch.testing.assert_close(zero - one, expected[wire], atol=1e-12, rtol=0)


@pytest.mark.parametrize("name", ["stages", "encoding", "readout"])
def test_an_unknown_choice_is_refused(name: str):
    with pytest.raises(TrainingError, match=name):
        build({name: "none such"})
