"""What the ablations of the QCMFM put in place of one of its parts."""

import torch
from jaxtyping import Float
from torch import Tensor

from qcmfm.quantum.circuit import Circuit, select_gates


def one_stage(circuit: Circuit, stage: str) -> Circuit:
    """The gates of one stage alone, with their angles numbered anew.

    Args:
        circuit: With gates of several stages.
        stage: Which to keep.
    """
    return select_gates(
        circuit, (n for n, gate in enumerate(circuit.gates) if gate.stage == stage)
    )[0]


def angle_encoded(angles: Float[Tensor, "batch qubit"]) -> Float[Tensor, "batch amplitude"]:
    """Amplitudes of qubits that were each turned about Y by an angle (radians), starting at 0."""
    amplitudes = angles.new_ones(len(angles), 1)
    for cos, sin in zip((angles / 2).cos().T, (angles / 2).sin().T, strict=True):
        pair = torch.stack([cos, sin], 1)
        amplitudes = (amplitudes[:, :, None] * pair[:, None, :]).flatten(1)
    return amplitudes
