"""Sampled counts against the exact distribution they are drawn from."""

import math

import numpy as np
import pytest
import torch

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.noise import NoiseSetting, PlacedChannel
from qcmfm.quantum.noisy_simulation import NoisySimulator
from qcmfm.quantum.shots import counted_expectations, sample_counts, sampled_expectations

SETTING = NoiseSetting(
    "test",
    (
        PlacedChannel("depolarizing", {"probability": 0.02}),
        PlacedChannel("readout_error", {"false_one": 0.1, "false_zero": 0.3}, at="readout"),
    ),
)


@pytest.fixture
def exact():
    circuit = two_stage(4, 1)
    generator = torch.Generator().manual_seed(0)
    amplitudes = torch.randn(6, 16, dtype=torch.float64, generator=generator)
    amplitudes = torch.nn.functional.normalize(amplitudes, dim=1)
    weights = torch.randn(circuit.n_weights, dtype=torch.float64, generator=generator)
    simulator = NoisySimulator(circuit, SETTING)
    return (
        circuit,
        simulator.probabilities(amplitudes, weights),
        simulator.expectations(amplitudes, weights),
    )


@pytest.mark.parametrize("shots", [100, 10_000, 1_000_000])
def test_shots_converge_to_the_exact_values(exact, shots: int):
    """Within five standard errors, and not suspiciously closer than chance allows."""
    circuit, probabilities, expectations = exact
    counts = sample_counts(probabilities, shots, np.random.default_rng(1))
    assert counts.shape == probabilities.shape
    assert (counts.sum(1) == shots).all()
    spread = ((1 - expectations.square()) / shots).sqrt()
    for values in (
        counted_expectations(counts, circuit),
        sampled_expectations(expectations, shots, np.random.default_rng(2)),
    ):
        errors = (values - expectations) / spread
        assert errors.abs().max() < 5
        assert 0.6 < errors.square().mean().sqrt() < 1.4


def test_joint_counts_keep_correlations(exact):
    _, probabilities, _ = exact
    counts = sample_counts(probabilities, 200_000, np.random.default_rng(3))
    # Chi squared of 15 degrees of freedom: mean 15, standard deviation sqrt(30).
    expected = 200_000 * probabilities.numpy()
    statistic = ((counts - expected) ** 2 / expected).sum(1)
    assert statistic.max() < 15 + 5 * math.sqrt(30)


def test_the_same_seed_gives_the_same_counts(exact):
    _, probabilities, _ = exact
    one, same, other = (
        sample_counts(probabilities, 50, np.random.default_rng(seed)) for seed in (4, 4, 5)
    )
    assert (one == same).all() and (one != other).any()


@pytest.mark.parametrize("shots", [0, -5, 10**10])
def test_a_number_of_shots_out_of_range_is_refused(shots: int):
    with pytest.raises(CircuitError, match=f"{shots} shots"):
        sample_counts(torch.full((1, 4), 0.25), shots, np.random.default_rng(0))


@pytest.mark.parametrize("row", [[0.5, 0.6], [1.2, -0.2], [math.nan, 1.0]])
def test_what_is_no_distribution_is_refused(row: list[float]):
    with pytest.raises(CircuitError, match="add up to"):
        sample_counts(torch.tensor([row]), 10, np.random.default_rng(0))


def test_single_precision_is_good_enough():
    row = torch.tensor([[0.3, 0.7, -1e-8, 0.0]])
    counts = sample_counts(row, 1000, np.random.default_rng(0))
    assert counts[0, 2:].sum() == 0
