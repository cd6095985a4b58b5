"""Exact noisy expectation values and their gradients against PennyLane's default.mixed."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.circuit import PARAMETERS, WIRES, Circuit, Gate, z_strings
from qcmfm.quantum.noise import (
    CHANNEL_WIRES,
    CHANNELS,
    MOMENTS,
    NoiseSetting,
    PlacedChannel,
    strengths,
)
from qcmfm.quantum.noise_files import from_json, load_preset, preset_names, to_json
from qcmfm.quantum.noisy_simulation import NoisySimulator
from qcmfm.quantum.pennylane_bridge import noisy_qnode
from qcmfm.quantum.simulation import Simulator
from tests.quantum.mixed_noise import DEPOLARIZING, MIXED


def random_inputs(circuit: Circuit, batch: int, seed: int = 0):
    generator = torch.Generator().manual_seed(seed)
    amplitudes = torch.randn(batch, circuit.dim, dtype=torch.float64, generator=generator)
    weights = torch.randn(circuit.n_weights, dtype=torch.float64, generator=generator)
    return torch.nn.functional.normalize(amplitudes, dim=1), weights


def by_pennylane(circuit: Circuit, setting: NoiseSetting, amplitudes, weights):
    node = noisy_qnode(circuit, setting)
    return torch.stack([torch.stack(node(row, weights)) for row in amplitudes])


@pytest.mark.parametrize("name", [*preset_names(), "a bit of everything"])
def test_noisy_expectations_are_those_of_default_mixed(name: str):
    circuit = two_stage(3, 2)
    setting = MIXED if name == MIXED.name else load_preset(name)
    amplitudes, weights = random_inputs(circuit, 2)
    simulator = NoisySimulator(circuit, setting)
    expected = by_pennylane(circuit, setting, amplitudes, weights)
    # Two samples are moved forward; for eight, the observables are moved back.
    torch.testing.assert_close(
        simulator.expectations(amplitudes, weights), expected, atol=1e-11, rtol=0
    )
    many = simulator.expectations(amplitudes.repeat(4, 1), weights)
    torch.testing.assert_close(many, expected.repeat(4, 1), atol=1e-11, rtol=0)


@pytest.mark.parametrize("batch", [2, 8])
def test_noisy_gradients_are_those_of_default_mixed(batch: int):
    circuit = two_stage(3, 2)
    amplitudes, weights = random_inputs(circuit, batch)
    factors = torch.linspace(-1, 1, len(circuit.observables), dtype=torch.float64)

    def gradients(expectations) -> tuple[torch.Tensor, ...]:
        inputs = amplitudes.clone().requires_grad_(), weights.clone().requires_grad_()
        result = (expectations(*inputs) @ factors).sin().sum()
        of_amplitudes, of_weights = torch.autograd.grad(result, inputs)
        # Only directions that keep the length are states.
        along = (of_amplitudes * amplitudes).sum(1, keepdim=True) * amplitudes
        return of_amplitudes - along, of_weights

    ours = gradients(NoisySimulator(circuit, MIXED).expectations)
    theirs = gradients(lambda a, w: by_pennylane(circuit, MIXED, a, w))
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, atol=1e-11, rtol=0)


def test_five_qubits_agree_with_default_mixed():
    circuit = two_stage(5, 1)
    setting = NoiseSetting("depolarizing", (DEPOLARIZING,))
    amplitudes, weights = random_inputs(circuit, 1)
    torch.testing.assert_close(
        NoisySimulator(circuit, setting).expectations(amplitudes, weights),
        by_pennylane(circuit, setting, amplitudes, weights),
        atol=1e-11,
        rtol=0,
    )


@st.composite
def circuits(draw: st.DrawFn) -> Circuit:
    n_qubits = draw(st.integers(1, 3))
    gates: list[Gate] = []
    slot = 0
    for layer in range(draw(st.integers(0, 2))):
        for _ in range(draw(st.integers(1, 4))):
            name = draw(st.sampled_from([g for g in WIRES if WIRES[g] <= n_qubits]))
            wires = tuple(draw(st.permutations(range(n_qubits)))[: WIRES[name]])
            slots = tuple(range(slot, slot + PARAMETERS[name]))
            slot += len(slots)
            gates.append(Gate(name, wires, slots, draw(st.sampled_from(["a", "b"])), layer))
    return Circuit(n_qubits, tuple(gates), z_strings(n_qubits))


@st.composite
def noise_settings(draw: st.DrawFn) -> NoiseSetting:
    entries = []
    for _ in range(draw(st.integers(0, 3))):
        channel = draw(st.sampled_from(sorted(CHANNELS)))
        values = {
            name: draw(st.floats(max(allowed.low, -0.5), min(allowed.high, 0.5)))
            for name, allowed in strengths(channel).items()
        }
        if channel == "thermal_relaxation":
            values |= {"t1": draw(st.floats(1, 5)), "t2": draw(st.floats(0.5, 2))}
        moment = draw(st.sampled_from(MOMENTS))
        moment = "gate" if CHANNEL_WIRES[channel] == 2 else moment
        moment = "readout" if channel == "readout_error" else moment
        entries.append(PlacedChannel(channel, values, moment))
    return NoiseSetting("drawn", tuple(entries))


@settings(max_examples=40)
@given(circuits(), noise_settings(), st.integers(0, 2**16))
def test_any_circuit_under_any_noise(circuit: Circuit, setting: NoiseSetting, seed: int):
    amplitudes, weights = random_inputs(circuit, 1, seed)
    simulator = NoisySimulator(circuit, setting)
    expected = by_pennylane(circuit, setting, amplitudes, weights)
    torch.testing.assert_close(
        simulator.expectations(amplitudes, weights), expected, atol=2e-7, rtol=0
    )
    operators = simulator.operators(weights)
    torch.testing.assert_close(operators, operators.mT, atol=1e-12, rtol=0)
    assert torch.linalg.eigvalsh(operators).abs().max() <= 1 + 1e-12
    forms = torch.einsum("bi,kij,bj->bk", amplitudes, operators, amplitudes)
    torch.testing.assert_close(
        forms, simulator.expectations(amplitudes[:1], weights), atol=1e-12, rtol=0
    )
    probabilities = simulator.probabilities(amplitudes, weights)
    assert probabilities.min() > -1e-12
    torch.testing.assert_close(probabilities.sum(1), torch.ones(1, dtype=torch.float64))
    density = simulator.density(amplitudes, weights)
    assert torch.linalg.eigvalsh(density).min() > -1e-12
    diagonal = density.diagonal(dim1=1, dim2=2).real
    torch.testing.assert_close(diagonal, probabilities, atol=1e-12, rtol=0)
    assert from_json(to_json(setting)) == setting


@pytest.mark.parametrize("qubits", [4, 7, 8])
def test_without_noise_it_is_the_simulator(qubits: int):
    """Through 8 qubits, where every observable travels alone and gradients may be recomputed."""
    circuit = two_stage(qubits, 2)
    amplitudes, weights = random_inputs(circuit, len(circuit.observables))
    clean = Simulator(circuit).expectations(amplitudes, weights)
    noisy = NoisySimulator(circuit, NoiseSetting("none")).expectations(amplitudes, weights)
    torch.testing.assert_close(noisy, clean, atol=1e-12, rtol=0)


def test_gradients_at_eight_qubits_are_those_of_the_simulator():
    """Every observable travels alone there, at first on the wires that it reaches."""
    circuit = two_stage(8, 1)
    amplitudes, weights = random_inputs(circuit, len(circuit.observables))
    gradients = []
    for simulator in (Simulator(circuit), NoisySimulator(circuit, NoiseSetting("none"))):
        inputs = amplitudes.clone().requires_grad_(), weights.clone().requires_grad_()
        result = simulator.expectations(*inputs).square().sum()
        gradients.append(torch.autograd.grad(result, inputs))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=1e-11, rtol=0)


def test_no_samples_have_no_values():
    circuit = two_stage(3, 2)
    simulator = NoisySimulator(circuit, MIXED)
    nothing = torch.zeros(0, 8, dtype=torch.float64)
    weights = torch.zeros(circuit.n_weights, dtype=torch.float64)
    factors = torch.ones(2, len(circuit.observables), dtype=torch.float64)
    assert simulator.expectations(nothing, weights).shape == (0, len(circuit.observables))
    assert simulator.combinations(nothing, weights, factors).shape == (0, 2)
    assert simulator.probabilities(nothing, weights).shape == (0, 8)
    assert simulator.density(nothing, weights).shape == (0, 8, 8)


def test_what_was_kept_in_inference_mode_may_be_part_of_a_gradient():
    circuit = two_stage(3, 2)
    amplitudes, weights = random_inputs(circuit, 8)
    simulator = NoisySimulator(circuit, MIXED)
    with torch.inference_mode():
        kept = simulator.expectations(amplitudes, weights)
    leaf = amplitudes.clone().requires_grad_()
    values = simulator.expectations(leaf, weights)
    torch.testing.assert_close(values.detach(), kept, atol=1e-14, rtol=0)
    (slope,) = torch.autograd.grad(values[:, 0].sum(), leaf)
    expected = 2 * leaf.detach() @ simulator.operators(weights)[0]
    torch.testing.assert_close(slope, expected, atol=1e-14, rtol=0)


def test_noisy_gradients_are_slopes():
    circuit = two_stage(2, 1)
    amplitudes, weights = random_inputs(circuit, 4)
    simulator = NoisySimulator(circuit, NoiseSetting("x", (MIXED.entries[1], MIXED.entries[-1])))
    inputs = amplitudes.requires_grad_(), weights.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda a, w: simulator.expectations(a, w, checked=False), inputs
    )


def test_combinations_are_those_of_the_expectations():
    circuit = two_stage(4, 2)
    amplitudes, weights = random_inputs(circuit, 12)
    simulator = NoisySimulator(circuit, MIXED)
    for labels in (3, 20):
        factors = torch.randn(labels, len(circuit.observables), dtype=torch.float64)
        one, other = (factors.clone().requires_grad_() for _ in range(2))
        sums = simulator.combinations(amplitudes, weights, one)
        expected = simulator.expectations(amplitudes, weights) @ other.T
        torch.testing.assert_close(sums, expected, atol=1e-12, rtol=0)
        sums.square().sum().backward()
        expected.square().sum().backward()
        torch.testing.assert_close(one.grad, other.grad, atol=1e-10, rtol=0)


def test_weights_that_change_are_noticed():
    circuit = two_stage(3, 2)
    amplitudes, weights = random_inputs(circuit, 10)
    simulator = NoisySimulator(circuit, MIXED)
    factors = torch.ones(2, len(circuit.observables), dtype=torch.float64)
    results = []
    for _ in range(2):
        results.append(simulator.expectations(amplitudes, weights))
        results.append(simulator.combinations(amplitudes, weights, factors))
        single = simulator.expectations(amplitudes.float(), weights.float())
        torch.testing.assert_close(single.double(), results[-2], atol=1e-5, rtol=0)
        assert single.dtype == torch.float32
        weights += 1.0
    fresh = NoisySimulator(circuit, MIXED).expectations(amplitudes, weights - 1)
    torch.testing.assert_close(results[2], fresh, atol=1e-14, rtol=0)
    assert (results[0] - results[2]).abs().max() > 0.01
    angles = weights.clone().requires_grad_()
    assert simulator.expectations(amplitudes, angles).requires_grad


def test_probabilities_are_the_same_forwards_and_backwards():
    circuit = two_stage(3, 2)
    amplitudes, weights = random_inputs(circuit, 20)
    simulator = NoisySimulator(circuit, MIXED)
    backwards = simulator.probabilities(amplitudes, weights)
    forwards = torch.cat([simulator.probabilities(a, weights) for a in amplitudes.split(4)])
    torch.testing.assert_close(backwards, forwards, atol=1e-13, rtol=0)


@pytest.mark.parametrize(
    ("amplitudes", "message"),
    [
        (torch.zeros(1, 8), "only zeros"),
        (torch.full((1, 8), torch.nan), "nan"),
        (torch.ones(1, 4), "4"),
    ],
)
def test_amplitudes_that_cannot_be_are_refused(amplitudes: torch.Tensor, message: str):
    circuit = two_stage(3, 2)
    simulator = NoisySimulator(circuit, MIXED)
    with pytest.raises(CircuitError, match=message):
        simulator.expectations(amplitudes, torch.zeros(circuit.n_weights))
