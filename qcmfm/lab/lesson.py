"""What the lesson shows of one record: readings with few shots and many, and a noisy label."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.lab.state_steps import Walk, walk
from qcmfm.quantum.noise_files import load_preset
from qcmfm.quantum.shots import sample_counts
from qcmfm.quantum.simulation import z_signs

SHOTS = (10, 100, 1000)
DEVICE = "superconducting_eagle"
TIMES = 5
"""How much worse than the device the noise of the last step is, so that it can be seen."""


@dataclass(frozen=True)
class Lesson:
    """The figures of the five steps.

    Args:
        walk: The record's way through the circuit, layer by layer.
        exact: What each wire reads in the end, -1 to 1.
        read: The same from so many shots.
        missed: The largest error among the wires, by number of shots.
        label: The proposed label without noise.
        noisy: Probabilities of the labels under the noise, in the run's order.
        noisy_label: The likeliest of these.
        shares: Parts of all wires' readings together that the photo, the caption and both make,
            by size, adding up to 1.
    """

    walk: Walk
    exact: Float[Tensor, " qubit"]
    read: dict[int, Float[Tensor, " qubit"]]
    missed: dict[int, float]
    label: str
    noisy: Float[np.ndarray, " label"]
    noisy_label: str
    shares: tuple[float, float, float]


def prepare_lesson(inputs: CircuitInputs, record_id: str, seed: int = 0) -> Lesson:
    """Work out the lesson of one record.

    Raises:
        RecordsError: There is no such record.
    """
    readout, row = inputs.readout, inputs.row(record_id)
    amplitudes = inputs.amplitudes[row]
    states = walk(readout, amplitudes, "layer")
    exact = states.bloch[-1][:, 2]
    probabilities = states.states[-1].abs().square()[None]
    chance = np.random.default_rng(seed)
    n_qubits = readout.circuit.n_qubits
    signs = z_signs(n_qubits, [[wire] for wire in range(n_qubits)])
    read: dict[int, Tensor] = {}
    for shots in SHOTS:
        counts = sample_counts(probabilities / probabilities.sum(), shots, chance)
        read[shots] = torch.from_numpy(counts[0] / shots) @ signs
    setting = load_preset(DEVICE).stretched(float(TIMES))
    noisy = readout.probabilities(readout.logits(inputs.amplitudes[row : row + 1], setting))[0]
    sizes = states.shares[-1].abs().sum(0)
    parts = (sizes / sizes.sum()).tolist()
    return Lesson(
        states,
        exact,
        read,
        {shots: float((found - exact).abs().max()) for shots, found in read.items()},
        readout.labels[int(states.probabilities[-1].argmax())],
        noisy,
        readout.labels[int(noisy.argmax())],
        (parts[0], parts[1], parts[2]),
    )
