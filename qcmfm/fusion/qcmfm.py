"""The Quantum-Classical Multimodal Fusion Model (npj Heritage Science 14, 160, 2026).

Words attend to regions and regions to words; each modality is pooled and projected to half of the
amplitudes of a few qubits, so that the first qubit encodes the modality: |0>|image> + |1>|text>. A
two-stage circuit mixes them, and the logits are linear in the measured <Z_i> and <Z_i Z_j>; there
is no path around the circuit. The circuit is simulated.
"""

import copy
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qcmfm.core.errors import CircuitError, TrainingError
from qcmfm.core.messages import N_
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Fused
from qcmfm.fusion.layers.ablations import angle_encoded, one_stage
from qcmfm.fusion.layers.halves import HalvesOptions, TwoHalves
from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.noise_files import load_preset
from qcmfm.quantum.noisy_simulation import NoisySimulator
from qcmfm.quantum.simulation import Simulator

if TYPE_CHECKING:
    from qcmfm.quantum.pennylane_device import PennyLaneDevice

TITLE = N_("QCMFM")

_CHOICES = {
    "stages": ("both", "mixing", "interaction"),
    "encoding": ("amplitude", "angle"),
    "readout": ("circuit", "amplitudes"),
}


@dataclass(frozen=True)
class QCMFMOptions(HalvesOptions):
    """Options of the QCMFM, in addition to those of its halves.

    Args:
        n_qubits: Number of qubits, 4 to 10.
        n_layers: Number of layers, 1 to 8.
        entangle_first: Whether the first stage has its ring of CNOTs.
        entangle_second: Whether the second stage has its ring of CRXs.
        stages: `both`, or the only stage of the circuit for an ablation: `mixing`, `interaction`.
        encoding: `amplitude`, or `angle`: each projected value rotates its own qubit, half of the
            qubits for the photo and half for the caption.
        frozen: Whether the circuit's angles are not trained.
        readout: `circuit`, or `amplitudes`: the classifier bypasses the circuit.
        noise: Name of the noise preset for training and prediction; empty for none.

    Raises:
        TrainingError: An option is out of its range.
        CircuitError: There is no such noise preset.
    """

    RANGES: ClassVar = {"n_qubits": (4, 10), "n_layers": (1, 8), **HalvesOptions.RANGES}

    n_qubits: int = 8
    n_layers: int = 4
    entangle_first: bool = True
    entangle_second: bool = True
    stages: str = "both"
    encoding: str = "amplitude"
    frozen: bool = False
    readout: str = "circuit"
    noise: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise TrainingError(
                    f"Option {name} is {getattr(self, name)!r}.", f"Choose from {', '.join(known)}."
                )
        if self.encoding == "angle" and self.n_qubits % 2:
            raise TrainingError(
                f"{self.n_qubits} qubits cannot be divided between photo and caption.",
                "Choose an even number.",
            )
        if self.noise:
            load_preset(self.noise)


class QCMFM(TwoHalves):
    """The Quantum-Classical Multimodal Fusion Model, see the module.

    The readout is a quadratic form of the amplitudes. Because each half has a constant component,
    it contains linear terms of the features, too.
    """

    Options = QCMFMOptions
    quantum = True
    options: QCMFMOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: QCMFMOptions):
        by_angle = options.encoding == "angle"
        half = options.n_qubits // 2 if by_angle else 2 ** (options.n_qubits - 1)
        super().__init__(shape, n_labels, options, half)
        self.image_share.requires_grad_(not by_angle)
        self.circuit = two_stage(
            options.n_qubits, options.n_layers, options.entangle_first, options.entangle_second
        )
        if options.stages != "both":
            self.circuit = one_stage(self.circuit, options.stages)
        self.simulator: Simulator | NoisySimulator | PennyLaneDevice = (
            NoisySimulator(self.circuit, load_preset(options.noise))
            if options.noise
            else Simulator(self.circuit)
        )
        self.angles = nn.Parameter(torch.empty(self.circuit.n_weights).uniform_(-math.pi, math.pi))
        self.angles.requires_grad_(not (options.frozen or options.readout == "amplitudes"))
        bypass = options.readout == "amplitudes"
        values = self.circuit.dim if bypass else len(self.circuit.observables)
        self.classifier = nn.Linear(values, n_labels)
        # Expectation values of random states are small; this gives initial logits of unit size.
        nn.init.normal_(self.classifier.weight, std=1 if bypass else 8 / values**0.5)
        nn.init.zeros_(self.classifier.bias)

    def fuse(self, batch: Batch) -> Fused:
        """Logits and evidence of a batch in which every record has a photo or a caption."""
        states, _, _, attention = self.states(batch)
        if self.options.readout == "amplitudes":
            return Fused(self.classifier(states), attention, states)
        readout = self.simulator.expectations(states, self.angles)
        return Fused(self.classifier(readout), attention, states, readout)

    def on_device(self, device: Any, shots: int | None = None) -> "QCMFM":
        """As in the base class."""
        # PennyLane takes seconds to import, and only this needs it.
        from qcmfm.quantum.pennylane_device import PennyLaneDevice

        if self.options.readout == "amplitudes":
            raise CircuitError(
                "The labels of this run do not depend on its circuit: its classifier reads the "
                "amplitudes.",
                "Choose a run whose option readout is circuit.",
            )
        if self.options.noise:
            raise CircuitError(
                f"This run answers under the simulated noise {self.options.noise}, but a device "
                "has noise of its own.",
                "Choose a run without the option noise, or leave out the quantum device.",
            )
        evaluated = PennyLaneDevice(self.circuit, device, shots)
        # The model of a run is shared by all who label with it, so the original must not change.
        moved = copy.deepcopy(self)
        moved.simulator, moved.quantum_device = evaluated, evaluated.name
        return moved

    def classify(self, states: Float[Tensor, "batch amplitude"]) -> Float[Tensor, "batch label"]:
        """Logits of the states that enter the circuit.

        States are not checked for unit norm: the state of a missing modality is zero.
        """
        if self.options.readout == "amplitudes":
            return self.classifier(states)
        if isinstance(self.simulator, NoisySimulator):
            factors, bias = self.classifier.weight, self.classifier.bias
            return self.simulator.combinations(states, self.angles, factors, checked=False) + bias
        readout = self.simulator.expectations(states, self.angles, checked=False)
        return self.classifier(readout)

    def _state(
        self, batch: Batch, image: Float[Tensor, "batch half"], text: Float[Tensor, "batch half"]
    ) -> Float[Tensor, "batch amplitude"]:
        """As in the base class, or by angle encoding with angles of 0 for a missing modality."""
        if self.options.encoding == "amplitude":
            return super()._state(batch, image, text)
        angles = (image * batch.has_image[:, None], text * batch.has_text[:, None])
        # atan keeps projections of any size distinguishable and the rotations below a full turn.
        return angle_encoded(2 * (torch.cat(angles, 1) / 4).atan())
