"""Finite shots: counts of a device, sampled from exact probabilities.

All wires are measured together, so the values of several observables come from the same shots and
are correlated as on a device. NumPy's multinomial sampler draws all shots of a sample at once.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.noise import MOST_SHOTS
from qcmfm.quantum.simulation import observable_signs


def sample_counts(
    probabilities: Float[Tensor, "batch state"], shots: int, generator: np.random.Generator
) -> Int[np.ndarray, "batch state"]:
    """Sample the counts of every outcome for every sample.

    Args:
        probabilities: Probabilities of the outcomes, wire 0 being the most significant bit, such as
            those of `NoisySimulator.probabilities`, which include readout errors.
        shots: Number of shots per sample, 1 to 1,000,000,000.
        generator: Random generator.

    Raises:
        CircuitError: The number of shots is out of range, or rows are not probabilities.
    """
    if shots not in range(1, MOST_SHOTS + 1):
        raise CircuitError(f"{shots} shots cannot be taken.", f"Choose 1 to {MOST_SHOTS:,}.")
    exact = probabilities.detach().cpu().double().numpy()
    rounding = 1e-9 if probabilities.dtype == torch.float64 else 1e-4
    sums = exact.sum(1)
    if not (np.all(exact >= -rounding) and np.all(np.abs(sums - 1) <= 10 * rounding)):
        raise CircuitError(
            f"Probabilities lie between {exact.min()} and {exact.max()} and add up to "
            f"{sums.min()} to {sums.max()}.",
            "Give probabilities that add up to 1 for every sample.",
        )
    exact = exact.clip(min=0)
    return generator.multinomial(shots, exact / exact.sum(1, keepdims=True))


def counted_expectations(
    counts: Int[np.ndarray, "batch state"], circuit: Circuit
) -> Float[Tensor, "batch observable"]:
    """Estimated expectation value of every observable.

    Its standard error is sqrt((1 - value^2) / shots).

    Args:
        counts: Counts of every outcome.
        circuit: The circuit with the observables.
    """
    frequencies = torch.from_numpy(counts / counts.sum(1, keepdims=True))
    return frequencies @ observable_signs(circuit)


def sampled_expectations(
    expectations: Float[Tensor, "batch observable"], shots: int, generator: np.random.Generator
) -> Float[Tensor, "batch observable"]:
    """Estimated expectation value of every observable, each from its own shots.

    This does not need the probabilities of all outcomes, which are too many for many qubits.

    Args:
        expectations: Exact expectation values.
        shots: Number of shots per observable and sample, 1 to 1,000,000,000.
        generator: Random generator.

    Raises:
        CircuitError: The number of shots is out of range, or a value is not between -1 and 1.
    """
    up = (1 + expectations.detach().flatten()) / 2
    counts = sample_counts(torch.stack([up, 1 - up], 1), shots, generator)
    averages = (counts[:, 0] - counts[:, 1]) / shots
    return torch.from_numpy(averages).reshape(expectations.shape)
