"""The Quantum-Classical Multimodal Fusion Model (npj Heritage Science 14, 160, 2026).

Words attend to regions and regions to words; each side is pooled and projected to half of the
amplitudes of a few qubits, so that the first qubit says which modality: |0>|image> + |1>|text>. A
two-stage circuit mixes them; the logits are linear in the measured <Z_i> and <Z_i Z_j>, and no path
leads around the circuit. The circuit is simulated.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion._halves import HalvesOptions, TwoHalves
from qcmfm.fusion._model import Fused
from qcmfm.quantum.circuit import two_stage
from qcmfm.quantum.simulation import Simulator


@dataclass(frozen=True)
class QCMFMOptions(HalvesOptions):
    """Choices of the QCMFM, beside those of its halves.

    Args:
        n_qubits: 4 to 10.
        n_layers: 1 to 8.
        entangle_first: Whether the first stage has its ring of CNOTs.
        entangle_second: Whether the second stage has its ring of CRXs.
    """

    RANGES: ClassVar = {"n_qubits": (4, 10), "n_layers": (1, 8), **HalvesOptions.RANGES}

    n_qubits: int = 8
    n_layers: int = 4
    entangle_first: bool = True
    entangle_second: bool = True


class QCMFM(TwoHalves):
    """See the module.

    Through the constant part of each half the readout, a quadratic form, is linear in the features
    as well.
    """

    Options = QCMFMOptions
    options: QCMFMOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: QCMFMOptions):
        super().__init__(shape, n_labels, options, half=2 ** (options.n_qubits - 1))
        self.circuit = two_stage(
            options.n_qubits, options.n_layers, options.entangle_first, options.entangle_second
        )
        self.simulator = Simulator(self.circuit)
        self.angles = nn.Parameter(torch.empty(self.circuit.n_weights).uniform_(-math.pi, math.pi))
        self.classifier = nn.Linear(len(self.circuit.observables), n_labels)
        # Readouts of a random state are small; this brings the first logits to about unit size.
        nn.init.normal_(self.classifier.weight, std=8 / len(self.circuit.observables) ** 0.5)
        nn.init.zeros_(self.classifier.bias)

    def fuse(self, batch: Batch) -> Fused:
        """Logits and evidence for a batch in which every record has a photo or a caption."""
        whole, _, _, attention = self.states(batch)
        readout = self.simulator.expectations(whole, self.angles)
        return Fused(self.classifier(readout), attention, whole, readout)

    def classify(self, states: Float[Tensor, "batch amplitude"]) -> Float[Tensor, "batch label"]:
        """Logits of the states that enter the circuit."""
        return self.classifier(self.simulator.expectations(states, self.angles))
