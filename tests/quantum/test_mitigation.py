"""Zero-noise extrapolation: fits against curves that are known, and gains on real circuits."""

import math

import pytest
import torch

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.mitigation import FITS, STRETCHES, extrapolate, noisier, zero_noise_expectations
from qcmfm.quantum.noise import NoiseSetting, PlacedChannel
from qcmfm.quantum.noise_files import load_preset
from qcmfm.quantum.noisy_simulation import NoisySimulator
from qcmfm.quantum.simulation import Simulator

DEPOLARIZING = NoiseSetting("x", (PlacedChannel("depolarizing", {"probability": 0.01}),))


def test_fits_find_the_curves_they_are_made_for():
    factors = [1.0, 1.5, 2.0, 3.0]
    at = torch.tensor(factors, dtype=torch.float64)
    cubic = 0.7 - 0.3 * at + 0.05 * at**2 - 0.002 * at**3
    assert math.isclose(extrapolate(factors, cubic, "richardson"), 0.7, abs_tol=1e-12)
    assert math.isclose(extrapolate(factors, 0.7 - 0.3 * at, "linear"), 0.7, abs_tol=1e-12)
    decay = torch.stack(
        [0.8 * torch.exp(-0.4 * at), -0.5 * torch.exp(-0.1 * at), 0.2 - 0.1 * at], 1
    )
    expected = torch.tensor([0.8, -0.5, 0.2], dtype=torch.float64)
    torch.testing.assert_close(extrapolate(factors, decay, "exponential"), expected)


def test_values_that_reach_zero_are_extrapolated_and_differentiated():
    values = torch.tensor([[0.2, 0.3], [0.0, 0.2], [0.0, 0.1]], requires_grad=True)
    found = extrapolate([1.0, 2.0, 3.0], values, "exponential")
    found.sum().backward()
    assert found.isfinite().all() and values.grad is not None and values.grad.isfinite().all()


@pytest.mark.parametrize("stretch", STRETCHES)
@pytest.mark.parametrize("fit", FITS)
def test_extrapolation_is_nearer_to_the_truth(stretch: str, fit: str):
    circuit = two_stage(4, 2)
    generator = torch.Generator().manual_seed(0)
    amplitudes = torch.randn(16, 16, dtype=torch.float64, generator=generator)
    amplitudes = torch.nn.functional.normalize(amplitudes, dim=1)
    weights = torch.randn(circuit.n_weights, dtype=torch.float64, generator=generator)
    truth = Simulator(circuit).expectations(amplitudes, weights)
    noisy = NoisySimulator(circuit, DEPOLARIZING).expectations(amplitudes, weights)
    factors = (1.0, 3.0) if stretch == "folding" else (1.0, 1.5, 2.0)
    mitigated = zero_noise_expectations(
        circuit, DEPOLARIZING, amplitudes, weights, factors, stretch, fit
    )
    gain = (noisy - truth).square().mean().sqrt() / (mitigated - truth).square().mean().sqrt()
    assert gain > 1.5


def test_folding_is_the_folded_circuit():
    """A circuit written out gate by gate, each undone by the gate of the opposite angle."""
    setting = load_preset("superconducting_heron")
    plain = Circuit(2, (Gate("RY", (0,), (0,)), Gate("CRX", (0, 1), (1,))), ((0,), (1,)))
    folded = Circuit(
        2,
        tuple(
            Gate(gate.name, gate.wires, (slot,))
            for gate in plain.gates
            for slot in (gate.slots[0], gate.slots[0] + 2, gate.slots[0])
        ),
        plain.observables,
    )
    angles = torch.tensor([0.7, -1.1], dtype=torch.float64)
    amplitudes = torch.tensor([[0.5, 0.5, -0.5, 0.5]], dtype=torch.float64)
    torch.testing.assert_close(
        noisier(plain, setting, 3.0, "folding").expectations(amplitudes, angles),
        NoisySimulator(folded, setting).expectations(amplitudes, torch.cat([angles, -angles])),
        atol=1e-14,
        rtol=0,
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fit": "cubic"}, "cubic"),
        ({"stretch": "wider"}, "wider"),
        ({"factors": (1.0,)}, r"\[1.0\]"),
        ({"factors": (1.0, 1.0)}, "different"),
        ({"factors": (0.5, 1.0)}, "at least 1"),
        ({"factors": (1.0, math.nan)}, "nan"),
        ({"factors": (1.0, 2.0), "stretch": "folding"}, "2.0 times"),
        ({"factors": (1.0, 200.0)}, "Choose 0 to 1"),
    ],
)
def test_what_cannot_be_extrapolated_is_refused(change: dict, message: str):
    circuit = two_stage(2, 1)
    amplitudes = torch.eye(4, dtype=torch.float64)[:1]
    weights = torch.zeros(circuit.n_weights, dtype=torch.float64)
    with pytest.raises(CircuitError, match=message):
        zero_noise_expectations(circuit, DEPOLARIZING, amplitudes, weights, **change)
