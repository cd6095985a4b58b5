"""A record's state on its way through the circuit: everything there is to look at, step by step.

The circuit is linear, so the photo's half of the amplitudes and the caption's half can be followed
on their own; what only both together give is their interference.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Complex, Float
from torch import Tensor

from qcmfm.evaluation import softmax
from qcmfm.lab.circuit_inputs import Readout
from qcmfm.quantum.simulation import observable_signs, z_signs
from qcmfm.quantum.states import (
    EVERY,
    bloch_vectors,
    entanglement_entropy,
    meyer_wallach,
    states_along,
)

STEPS = EVERY


@dataclass(frozen=True)
class Walk:
    """A record's state at the start and after every step.

    Args:
        names: What each step did; the first is `start`.
        states: The amplitudes.
        bloch: <X>, <Y> and <Z> of every wire.
        entropy: Entanglement of the modality qubit, wire 0, with all others, 0 to 1 bit.
        entanglement: Mean entanglement of a wire with the others, 0 to 1 (Meyer and Wallach).
        shares: Of <Z> of every wire, what the photo, the caption and both together give.
        interference: How far the photo's and the caption's parts meet in the same outcomes, 0 to 1:
            the sum over outcomes of 2 |image| |text|, over the most that it could be.
        probabilities: Of the labels, if the wires were measured after the step.
    """

    names: list[str]
    states: Complex[Tensor, "step amplitude"]
    bloch: Float[Tensor, "step qubit 3"]
    entropy: Float[Tensor, " step"]
    entanglement: Float[Tensor, " step"]
    shares: Float[Tensor, "step qubit 3"]
    interference: Float[Tensor, " step"]
    probabilities: Float[np.ndarray, "step label"]

    def __len__(self) -> int:
        return len(self.names)


def walk(readout: Readout, amplitudes: Float[Tensor, " amplitude"], every: str = "gate") -> Walk:
    """Take one record through the circuit, without noise.

    Args:
        readout: The circuit and what turns its values into labels.
        amplitudes: What the record puts into it; the first half is the photo's.
        every: How long a step is: gate, stage or layer.

    Raises:
        CircuitError: There is no such step.
    """
    both = torch.nn.functional.normalize(amplitudes.double(), dim=0)
    image, text = both.clone(), both.clone()
    image[len(both) // 2 :] = 0
    text[: len(both) // 2] = 0
    together = torch.stack([both, image, text])
    names: list[str] = []
    found: list[Tensor] = []
    with torch.inference_mode():
        for name, states in states_along(readout.circuit, together, readout.angles, every):
            names.append(name)
            found.append(states)
        states, of_image, of_text = torch.stack(found, 1).unbind(0)
        return Walk(
            names,
            states,
            bloch_vectors(states),
            entanglement_entropy(states, [0]).clamp(0, 1),
            meyer_wallach(states).clamp(0, 1),
            _shares(readout, of_image, of_text),
            _interference(of_image, of_text),
            _probabilities(readout, states),
        )


def _shares(
    readout: Readout,
    image: Complex[Tensor, "step amplitude"],
    text: Complex[Tensor, "step amplitude"],
) -> Float[Tensor, "step qubit 3"]:
    """The parts of <Z> of every wire."""
    n_qubits = readout.circuit.n_qubits
    signs = z_signs(n_qubits, [[wire] for wire in range(n_qubits)])
    meeting = 2 * (image.conj() * text).real
    parts = (image.abs().square(), text.abs().square(), meeting)
    return torch.stack([part @ signs for part in parts], 2)


def _interference(
    image: Complex[Tensor, "step amplitude"], text: Complex[Tensor, "step amplitude"]
) -> Float[Tensor, " step"]:
    """How far two parts meet; 0 where one of them is not there."""
    most = image.abs().square().sum(1).sqrt() * text.abs().square().sum(1).sqrt()
    return ((image.abs() * text.abs()).sum(1) / most.clamp(min=1e-12)).clamp(0, 1)


def _probabilities(
    readout: Readout, states: Complex[Tensor, "step amplitude"]
) -> Float[np.ndarray, "step label"]:
    """Of the labels, after every step."""
    values = states.abs().square() @ observable_signs(readout.circuit)
    logits = values @ readout.factors.double().T + readout.bias.double()
    return softmax(logits.numpy(), readout.temperature)
