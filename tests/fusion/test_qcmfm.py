"""What makes the QCMFM the QCMFM."""

import pytest
import torch

from qcmfm.core.errors import CircuitError, TrainingError
from qcmfm.fusion.qcmfm import QCMFM
from tests.fusion.test_contract import LABELS, SHAPE, random_batch


def build(**options: object) -> QCMFM:
    torch.manual_seed(3)
    built = QCMFM.build(SHAPE, LABELS, {"n_qubits": 4, "n_layers": 2, **options})
    assert isinstance(built, QCMFM)
    return built.eval()


def test_the_first_qubit_says_which_modality():
    fused = build()(random_batch())
    assert fused.amplitudes is not None
    image, text = fused.amplitudes.chunk(2, dim=1)
    torch.testing.assert_close(fused.amplitudes.norm(dim=1), torch.ones(6))
    assert image[-1].abs().max() == 0 and text[-1].norm().item() == pytest.approx(1)
    assert text[-2].abs().max() == 0 and image[-2].norm().item() == pytest.approx(1)


def test_logits_are_linear_in_the_readout_and_nothing_leads_around_it(
    monkeypatch: pytest.MonkeyPatch,
):
    model = build()
    fused = model(random_batch())
    assert fused.readout is not None
    assert fused.readout.shape == (6, 4 + 6)
    assert fused.readout.abs().max() <= 1 + 1e-6
    torch.testing.assert_close(model.classifier(fused.readout), fused.logits)
    # A circuit that says nothing leaves the same logits for every record.
    nothing = torch.zeros_like(fused.readout)
    monkeypatch.setattr(model.simulator, "expectations", lambda amplitudes, weights: nothing)
    torch.testing.assert_close(
        model(random_batch()).logits, model.classifier.bias.detach().expand(6, -1)
    )


@pytest.mark.parametrize("options", [{"n_qubits": 10, "n_layers": 1}, {"entangle_first": "no"},
                                     {"entangle_second": "false"}, {"n_layers": 8}])  # fmt: skip
def test_the_circuit_can_be_varied(options: dict[str, object]):
    assert build(**options)(random_batch()).logits.isfinite().all()


def test_entanglement_can_be_switched_off():
    gates = build(entangle_first=False, entangle_second=False).circuit.gates
    assert {gate.name for gate in gates} == {"Rot", "RY"}


@pytest.mark.parametrize(
    "options", [{"n_qubits": 3}, {"n_qubits": 11}, {"n_layers": 0}, {"n_layers": 9},
                {"heads": 3}, {"text_dropout": 1.0}, {"n_qubits": "eight"},
                {"entangle_first": "maybe"}]
)  # fmt: skip
def test_an_option_out_of_range_is_refused(options: dict[str, object]):
    with pytest.raises(TrainingError):
        build(**options)


def test_it_can_be_trained_under_noise():
    """Noise weakens what is measured, and gradients reach every angle through it."""
    noisy, clean = build(noise="superconducting_heron"), build()
    noisy.load_state_dict(clean.state_dict())
    batch = random_batch()
    damped, exact = noisy(batch), clean(batch)
    assert damped.readout is not None and exact.readout is not None
    assert damped.readout.abs().sum() < 0.95 * exact.readout.abs().sum()
    # The way that training takes gives the same logits as the way with a readout.
    assert damped.amplitudes is not None
    torch.testing.assert_close(noisy.classify(damped.amplitudes), damped.logits)
    noisy.train()
    whole, image, text = noisy.fuse_each_way(batch.select(batch.has_image & batch.has_text))
    (whole.sum() + image.sum() + text.sum()).backward()
    assert noisy.angles.grad is not None and noisy.angles.grad.isfinite().all()
    assert (noisy.angles.grad != 0).float().mean() > 0.5


def test_an_unknown_noise_preset_is_told():
    with pytest.raises(CircuitError, match="trapped_ion_h2"):
        build(noise="a quiet place")
