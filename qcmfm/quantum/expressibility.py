"""Properties of an ansatz from random angles: expressibility, entanglement, gradient variance.

All circuits start in |0..0>; angles are drawn uniformly from 0 to 2 pi.
"""

import math
from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.simulation import z_signs
from qcmfm.quantum.states import Vectors, fidelity, meyer_wallach, probabilities, states_along

TOGETHER = 2**18
"""Number of amplitudes per batch of states."""


def expressibility(
    circuit: Circuit, pairs: int, generator: torch.Generator, bins: int = 75
) -> float:
    """Divergence of the states of an ansatz from uniformly distributed ones; 0 is best.

    Kullback-Leibler divergence, in nats, of the fidelities of pairs of its states from those of
    Haar-random states, whose density is (N - 1) (1 - F)^(N - 2) for N amplitudes: Sim, Johnson and
    Aspuru-Guzik, Advanced Quantum Technologies 2, 1900070 (2019).

    Args:
        circuit: The ansatz.
        pairs: Number of pairs of states to draw, at least 2; the result is biased upwards by about
            bins / (2 pairs).
        generator: Random generator.
        bins: Number of bins of the histogram of fidelities, at least 2.

    Raises:
        CircuitError: Too few pairs or bins.
    """
    _require_samples("pairs", pairs)
    _require_samples("bins", bins)
    found = torch.cat(
        [
            fidelity(one, _final(circuit, _angles(circuit, len(one), generator)))
            for one in _random_states(circuit, pairs, generator)
        ]
    )
    counts = torch.histc(found.clamp(0, 1), bins, 0, 1).double()
    drawn = counts / counts.sum()
    # In logarithms, because the last bins underflow with many amplitudes.
    edges = torch.linspace(0, 1, bins + 1, dtype=torch.float64)
    power = circuit.dim - 1
    above = power * torch.log1p(-edges)
    haar = above[:-1] + torch.log(-torch.expm1(above[1:] - above[:-1]))
    terms = torch.where(drawn > 0, drawn * (drawn.clamp(min=1e-300).log() - haar), 0.0)
    return terms.sum().item()


def entangling_capability(circuit: Circuit, samples: int, generator: torch.Generator) -> float:
    """Mean Meyer-Wallach entanglement of an ansatz' states, 0 to 1 (Sim et al., as above).

    Args:
        circuit: The ansatz.
        samples: Number of states to draw, at least 2.
        generator: Random generator.

    Raises:
        CircuitError: Too few samples.
    """
    _require_samples("samples", samples)
    return (
        torch.cat([meyer_wallach(s) for s in _random_states(circuit, samples, generator)])
        .mean()
        .item()
    )


def gradient_variance(
    circuit: Circuit, wires: Sequence[int], samples: int, generator: torch.Generator
) -> Float[Tensor, " weight"]:
    """Variance of the partial derivatives of an expectation value by the angles.

    If it decreases exponentially with the number of qubits, training starts on a barren plateau:
    McClean et al., Nature Communications 9, 4812 (2018).

    Args:
        circuit: The ansatz.
        wires: Wires of the measured product of Pauli Z.
        samples: Number of sets of angles to draw, at least 2.
        generator: Random generator.

    Raises:
        CircuitError: There are too few samples, or a wire does not exist.
    """
    _require_samples("samples", samples)
    if not wires or not set(wires) <= set(range(circuit.n_qubits)):
        raise CircuitError(
            f"The wires {list(wires)} cannot be measured.",
            f"Choose wires from 0 to {circuit.n_qubits - 1}.",
        )
    signs = z_signs(circuit.n_qubits, [wires])[:, 0]
    slopes: list[Tensor] = []
    for count in _counts(circuit, samples):
        angles = _angles(circuit, count, generator).requires_grad_()
        with torch.enable_grad():
            values = probabilities(_final(circuit, angles)) @ signs
            slopes += torch.autograd.grad(values.sum(), angles)
    return torch.cat(slopes).var(0)


def _random_states(circuit: Circuit, samples: int, generator: torch.Generator) -> Iterator[Vectors]:
    """States of random angles, in batches."""
    for count in _counts(circuit, samples):
        yield _final(circuit, _angles(circuit, count, generator))


def _counts(circuit: Circuit, samples: int) -> Iterator[int]:
    """Batch sizes that add up to a number of samples."""
    most = max(1, TOGETHER // circuit.dim)
    for first in range(0, samples, most):
        yield min(most, samples - first)


def _angles(
    circuit: Circuit, count: int, generator: torch.Generator
) -> Float[Tensor, "batch weight"]:
    """Random angles."""
    return (
        2 * math.pi * torch.rand(count, circuit.n_weights, dtype=torch.float64, generator=generator)
    )


def _final(circuit: Circuit, angles: Float[Tensor, "batch weight"]) -> Vectors:
    """The final state from |0..0> for each set of angles."""
    start = torch.zeros(len(angles), circuit.dim, dtype=torch.float64)
    start[:, 0] = 1
    *_, (_, states) = states_along(circuit, start, angles, "layer")
    return states


def _require_samples(what: str, number: int) -> None:
    """Refuse sample sizes that are too small for an estimate."""
    if number < 2:
        raise CircuitError(f"{number} {what} are too few.", "Choose at least 2.")
