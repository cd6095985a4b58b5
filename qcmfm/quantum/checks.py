"""What every noisy simulation asks of its inputs."""

import torch
from torch import Tensor

from qcmfm.errors import CircuitError
from qcmfm.quantum.circuit import Circuit

LENGTH_TOLERANCE = 1e-4
"""How far from 1 the squared length of an amplitude vector may be."""


def require_inputs(
    circuit: Circuit, amplitudes: Tensor, weights: Tensor, unit_length: bool = True
) -> None:
    """Refuse amplitudes and weights that cannot be.

    Args:
        circuit: What they are for.
        amplitudes: Sample x amplitude.
        weights: Angles in radians.
        unit_length: Whether every sample must have length 1.

    Raises:
        CircuitError: A vector of the wrong length, or a number that is not finite.
    """
    for what, found, wanted in (
        ("amplitudes", amplitudes.shape[-1], circuit.dim),
        ("weights", weights.shape[-1], circuit.n_weights),
    ):
        if found != wanted:
            raise CircuitError(
                f"A circuit of {circuit.n_qubits} qubits was given {found} {what}.",
                f"It takes {wanted}.",
            )
    for what, numbers in (("weights", weights.detach()), ("amplitudes", amplitudes.detach())):
        if not torch.isfinite(numbers.sum()):
            wrong = numbers.flatten()[~numbers.flatten().isfinite()]
            found = wrong[0].item() if len(wrong) else "a number too large to add"
            raise CircuitError(f"Among the {what} there is {found}.", "Give finite numbers.")
    if not unit_length or not len(amplitudes):
        return
    lengths = torch.linalg.vector_norm(amplitudes.detach(), dim=1)
    worst = int((lengths - 1).abs().argmax())
    length = lengths[worst].item()
    if abs(length**2 - 1) > LENGTH_TOLERANCE:
        found = "has only zeros" if length == 0 else f"has length {length:.6g}"
        raise CircuitError(
            f"The amplitude vector of sample {worst} {found}.", "Scale every vector to length 1."
        )
