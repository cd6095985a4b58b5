"""Reach, entanglement and gradient variance of ansätze whose values are known."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import entropy

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.expressibility import entangling_capability, expressibility, gradient_variance
from qcmfm.quantum.simulation import Simulator

IDLE = Circuit(1, (Gate("RZ", (0,), (0,)),), ((0,),))
"""Turns |0> about its own axis: circuit A's relative in Sim et al. with one state only."""

EQUATOR = Circuit(1, (Gate("H", (0,)), Gate("RZ", (0,), (0,))), ((0,),))
ARBITRARY = Circuit(1, (Gate("H", (0,)), Gate("RZ", (0,), (0,)), Gate("RX", (0,), (1,))), ((0,),))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_one_state_only_is_as_far_from_haar_as_can_be():
    """All fidelities are 1, in the last bin, which Haar fills with 1 / bins for one qubit."""
    assert math.isclose(expressibility(IDLE, 100, seeded(), bins=75), math.log(75), rel_tol=1e-9)


def test_the_equator_has_the_divergence_of_the_arcsine_law():
    """Its fidelities are cos^2 of half a uniform angle; Haar's are uniform for one qubit."""
    bins = 20
    edges = np.linspace(0, 1, bins + 1)
    exact = np.diff(2 / np.pi * np.arcsin(np.sqrt(edges)))
    expected = entropy(exact, np.full(bins, 1 / bins))
    found = expressibility(EQUATOR, 20_000, seeded(), bins)
    assert math.isclose(found, expected, abs_tol=0.01)


def test_more_reach_is_a_smaller_divergence():
    values = [expressibility(circuit, 4000, seeded(), 75) for circuit in (IDLE, EQUATOR, ARBITRARY)]
    assert values[0] > values[1] > values[2]
    # Sim et al. 2019, figure 1: about 4.3, 0.2 and 0.02.
    np.testing.assert_allclose(values, [4.3, 0.22, 0.02], atol=0.05)
    deep = expressibility(two_stage(4, 3), 3000, seeded(), 75)
    assert 0 <= deep < 0.03


def test_entangling_capability_of_ends():
    product = two_stage(3, 1, entangle_first=False, entangle_second=False)
    assert abs(entangling_capability(product, 50, seeded())) < 1e-12
    bell = Circuit(2, (Gate("H", (0,)), Gate("CNOT", (0, 1)), Gate("RZ", (0,), (0,))), ((0,),))
    assert math.isclose(entangling_capability(bell, 10, seeded()), 1, abs_tol=1e-12)


def test_deep_circuits_entangle_as_haar_states_do():
    """Mean Meyer-Wallach of Haar states is (N - 2) / (N + 1) (Scott, PRA 69, 052330, 2004)."""
    found = entangling_capability(two_stage(4, 4), 1000, seeded())
    assert math.isclose(found, 14 / 17, abs_tol=0.01)


def test_gradient_variance_of_one_rotation():
    """<Z> is cos(t), its slope -sin(t), whose variance is 1/2."""
    circuit = Circuit(1, (Gate("RY", (0,), (0,)),), ((0,),))
    found = gradient_variance(circuit, [0], 40_000, seeded())
    assert math.isclose(found.item(), 0.5, abs_tol=0.01)


def test_gradient_variance_is_that_of_the_simulator():
    circuit = two_stage(3, 2)
    samples = 30
    found = gradient_variance(circuit, [0, 2], samples, seeded(7))
    column = circuit.observables.index((0, 2))
    start = torch.eye(8, dtype=torch.float64)[:1]
    generator, slopes = seeded(7), []
    angles = (
        2
        * math.pi
        * torch.rand(samples, circuit.n_weights, dtype=torch.float64, generator=generator)
    )
    for row in angles:
        weights = row.clone().requires_grad_()
        Simulator(circuit).expectations(start, weights)[0, column].backward()
        slopes.append(weights.grad)
    torch.testing.assert_close(found, torch.stack(slopes).var(0), atol=1e-12, rtol=1e-9)


def test_barren_plateaus_deepen_with_the_number_of_qubits():
    variances = [
        gradient_variance(two_stage(n, 3), [0], 150, seeded()).mean().item() for n in (2, 4, 6)
    ]
    assert variances[0] > 2 * variances[1] > 4 * variances[2]


def test_numbers_that_are_too_small_are_refused():
    for call in (
        lambda: expressibility(IDLE, 1, seeded()),
        lambda: expressibility(IDLE, 10, seeded(), bins=1),
        lambda: entangling_capability(IDLE, 0, seeded()),
        lambda: gradient_variance(IDLE, [0], 1, seeded()),
    ):
        with pytest.raises(CircuitError, match="at least 2"):
            call()
    for wires in ([], [1], [-1]):
        with pytest.raises(CircuitError, match="wires"):
            gradient_variance(IDLE, wires, 10, seeded())
