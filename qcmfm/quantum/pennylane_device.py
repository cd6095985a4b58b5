"""A circuit evaluated on a PennyLane device: another simulator, or hardware through its plug-in."""

from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.checks import require_inputs
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.pennylane_bridge import open_device, qnode

AMPLITUDES_TOGETHER = 2**22
"""Numbers of the density matrices of one call: 64 MiB of complex128 on default.mixed."""


class PennyLaneDevice(nn.Module):
    """Stands in for `Simulator` wherever only expectation values are needed.

    It measures and does not differentiate: for labelling with a trained circuit, not for training.
    The samples of a call go to the device as one broadcast circuit; a device that cannot take that
    is given one circuit per sample by PennyLane itself.

    Args:
        circuit: What to evaluate.
        device: Name of a PennyLane device, such as `lightning.qubit`, or a device.
        shots: How often each circuit is measured; None leaves that to the device, which is exact
            where it simulates.

    Attributes:
        name: The device's name.

    Raises:
        CircuitError: PennyLane has no such device, it cannot be opened, it has too few wires, or
            there are no shots.
    """

    def __init__(self, circuit: Circuit, device: Any, shots: int | None = None):
        super().__init__()
        if shots is not None and shots < 1:
            raise CircuitError(f"A circuit cannot be measured {shots} times.", "Take 1 or more.")
        self.circuit = circuit
        opened = open_device(device, circuit.n_qubits)
        self.name: str = device if isinstance(device, str) else opened.name
        # Without a method for gradients a device need not be one that has any.
        options: dict[str, Any] = {"diff_method": None} | ({"shots": shots} if shots else {})
        self._qnode = qnode(circuit, opened, "numpy", **options)
        self._together = max(1, AMPLITUDES_TOGETHER // circuit.dim**2)

    def expectations(
        self,
        amplitudes: Float[Tensor, "batch amplitude"],
        weights: Float[Tensor, " weight"],
        checked: bool = True,
    ) -> Float[Tensor, "batch observable"]:
        """Expectation value, between -1 and 1, of every observable for every sample.

        Args:
            amplitudes: Real, each row of length 1.
            weights: Angles in radians.
            checked: Whether to refuse rows that are not of length 1. Without, the values of a row
                are those of its direction times the square of its length.

        Raises:
            CircuitError: A number that cannot be among the inputs, or the device fails.
        """
        require_inputs(self.circuit, amplitudes, weights, checked)
        rows = amplitudes.detach().cpu().double()
        lengths = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
        found = rows.new_zeros(len(rows), len(self.circuit.observables))
        # A device prepares unit vectors only, and nothing can be measured of a row of zeros.
        measured = (lengths[:, 0] > 0).nonzero()[:, 0]
        angles = weights.detach().cpu().double().numpy()
        for part in measured.split(self._together) if len(measured) else ():
            found[part] = self._run((rows[part] / lengths[part]).numpy(), angles)
        return (found * lengths**2).to(amplitudes)

    def _run(self, states: np.ndarray, angles: np.ndarray) -> Float[Tensor, "batch observable"]:
        """One call of the device."""
        try:
            columns = [np.asarray(column, dtype=float) for column in self._qnode(states, angles)]
        except Exception as error:  # a plug-in raises whatever its own libraries raise
            raise CircuitError(
                f"The quantum device {self.name} did not run the circuit: {_reason(error)}",
                "Check the device, or leave it out: the built-in simulator needs none.",
            ) from error
        values = torch.from_numpy(np.stack([np.broadcast_to(c, len(states)) for c in columns], 1))
        if not values.isfinite().all():
            raise CircuitError(
                f"The quantum device {self.name} returned values that are not numbers.",
                "Run it again, or choose another device.",
            )
        return values


def _reason(error: Exception) -> str:
    """The first line of what a plug-in says, as the end of a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"{lines[0].rstrip('.')}."
