"""What an ansatz can do, from samples of random angles: reach, entanglement, barren plateaus.

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
"""Amplitudes that are simulated together."""


def expressibility(
    circuit: Circuit, pairs: int, generator: torch.Generator, bins: int = 75
) -> float:
    """How far an ansatz is from reaching all states equally often; 0 is best.

    Kullback-Leibler divergence, in nats, of the fidelities of pairs of its states from those of
    Haar-random states, whose density is (N - 1) (1 - F)^(N - 2) for N amplitudes: Sim, Johnson and
    Aspuru-Guzik, Advanced Quantum Technologies 2, 1900070 (2019).

    Args:
        circuit: The ansatz.
        pairs: Pairs of states to draw, at least 2; the result is too large by about
            bins / (2 pairs).
        generator: The source of chance.
        bins: Bins of the histogram of fidelities, at least 2.

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
    # Logarithms, since the last bins of many amplitudes are too rare for a double.
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
        samples: States to draw, at least 2.
        generator: The source of chance.

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
    """Variance of the slope of a measured value in every angle.

    Where it falls exponentially with the number of qubits, training starts on a barren plateau:
    McClean et al., Nature Communications 9, 4812 (2018).

    Args:
        circuit: The ansatz.
        wires: The value is that of the product of Pauli Z on these wires.
        samples: Sets of angles to draw, at least 2.
        generator: The source of chance.

    Raises:
        CircuitError: Too few samples, or a wire that is not there.
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
    """Sizes of batches that make up so many samples."""
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
    """The state that each set of angles makes of |0..0>."""
    start = torch.zeros(len(angles), circuit.dim, dtype=torch.float64)
    start[:, 0] = 1
    *_, (_, states) = states_along(circuit, start, angles, "layer")
    return states


def _require_samples(what: str, number: int) -> None:
    """Refuse numbers from which nothing can be estimated."""
    if number < 2:
        raise CircuitError(f"{number} {what} are too few.", "Choose at least 2.")
