"""Replacements for parts of the QCMFM in its ablations."""

import torch
from jaxtyping import Float
from torch import Tensor

from qcmfm.quantum.circuit import Circuit, select_gates


def one_stage(circuit: Circuit, stage: str) -> Circuit:
    """A circuit with the gates of one stage only, and its angles renumbered.

    Args:
        circuit: Circuit with gates of several stages.
        stage: Name of the stage to retain.
    """
    return select_gates(
        circuit, (n for n, gate in enumerate(circuit.gates) if gate.stage == stage)
    )[0]


def angle_encoded(angles: Float[Tensor, "batch qubit"]) -> Float[Tensor, "batch amplitude"]:
    """Amplitudes of the product state of qubits |0> rotated about Y by the angles (radians)."""
    amplitudes = angles.new_ones(len(angles), 1)
    for cos, sin in zip((angles / 2).cos().T, (angles / 2).sin().T, strict=True):
        pair = torch.stack([cos, sin], 1)
        amplitudes = (amplitudes[:, :, None] * pair[:, None, :]).flatten(1)
    return amplitudes
