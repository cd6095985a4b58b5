"""Input checks shared by all simulations."""

import torch
from torch import Tensor

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.circuit import Circuit

LENGTH_TOLERANCE = 1e-4
"""Largest deviation of the squared norm of an amplitude vector from 1."""


def require_inputs(
    circuit: Circuit, amplitudes: Tensor, weights: Tensor, unit_length: bool = True
) -> None:
    """Refuse invalid amplitudes and weights.

    Args:
        circuit: The circuit that they are for.
        amplitudes: Sample x amplitude.
        weights: Angles in radians.
        unit_length: Whether every sample must have norm 1.

    Raises:
        CircuitError: A vector has the wrong size or norm, or a number is not finite.
    """
    require_sizes(circuit, amplitudes, weights)
    require_finite(amplitudes, weights)
    if unit_length:
        require_unit_length(amplitudes)


def require_sizes(circuit: Circuit, amplitudes: Tensor | None, weights: Tensor) -> None:
    """Refuse vectors of the wrong size."""
    for what, found, expected in (
        ("amplitudes", amplitudes, circuit.dim),
        ("weights", weights, circuit.n_weights),
    ):
        if found is not None and found.shape[-1] != expected:
            raise CircuitError(
                f"A circuit of {circuit.n_qubits} qubits was given {found.shape[-1]} {what}.",
                f"It takes {expected}.",
            )


def require_finite(amplitudes: Tensor, weights: Tensor) -> None:
    """Refuse NaN and infinity."""
    for what, numbers in (("weights", weights.detach()[None]), ("amplitudes", amplitudes.detach())):
        if numbers.sum().isfinite():
            continue
        wrong = (~numbers.isfinite()).nonzero()
        if not len(wrong):
            raise CircuitError(
                f"The {what} are too large to add.", "Angles repeat after 4 pi; lengths are 1."
            )
        sample, place = wrong[0].tolist()
        where = f"weight {place}" if what == "weights" else f"sample {sample}, place {place}"
        raise CircuitError(
            f"Among the {what} there is {numbers[sample, place].item()} ({where}).",
            "Give finite numbers.",
        )


def require_unit_length(amplitudes: Tensor) -> None:
    """Refuse samples whose norm is not 1."""
    if not len(amplitudes):
        return
    lengths = torch.linalg.vector_norm(amplitudes.detach(), dim=1)
    sample = int((lengths - 1).abs().argmax())
    length = lengths[sample].item()
    if abs(length**2 - 1) > LENGTH_TOLERANCE:
        found = "has only zeros" if length == 0 else f"has length {length:.6g}"
        raise CircuitError(
            f"The amplitude vector of sample {sample} {found}.", "Scale every vector to length 1."
        )
