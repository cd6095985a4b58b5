"""The Quantum-Classical Multimodal Fusion Model (npj Heritage Science 14, 160, 2026).

Words attend to regions and regions to words; each side is pooled and projected to half of the
amplitudes of a few qubits, so that the first qubit says which modality: |0>|image> + |1>|text>. A
two-stage circuit mixes them; the logits are linear in the measured <Z_i> and <Z_i Z_j>, and no path
leads around the circuit. The circuit is simulated.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.errors import TrainingError
from qcmfm.fusion._attention import CrossAttention
from qcmfm.fusion._model import Attention, Fused, FusionModel, ModelOptions
from qcmfm.quantum.circuit import two_stage
from qcmfm.quantum.simulation import Simulator


@dataclass(frozen=True)
class QCMFMOptions(ModelOptions):
    """Choices of the QCMFM.

    Args:
        n_qubits: 4 to 10.
        n_layers: 1 to 8.
        entangle_first: Whether the first stage has its ring of CNOTs.
        entangle_second: Whether the second stage has its ring of CRXs.
        heads: Attention heads.
        dim: Length of the attended vectors.
        dropout: Share of input features dropped in training.
    """

    n_qubits: int = 8
    n_layers: int = 4
    entangle_first: bool = True
    entangle_second: bool = True
    heads: int = 4
    dim: int = 64
    dropout: float = 0.4

    def __post_init__(self) -> None:
        allowed = {"n_qubits": (4, 10), "n_layers": (1, 8), "heads": (1, 16), "dim": (8, 512)}
        for name, (low, high) in allowed.items():
            if not low <= getattr(self, name) <= high:
                raise TrainingError(
                    f"Option {name} is {getattr(self, name)}.", f"Choose {low} to {high}."
                )
        if self.dim % self.heads:
            raise TrainingError(
                f"{self.heads} heads do not divide dim {self.dim}.", "Choose a multiple."
            )
        if not 0 <= self.dropout < 1:
            raise TrainingError(
                f"Option dropout is {self.dropout}.", "Choose at least 0 and less than 1."
            )


class QCMFM(FusionModel):
    """See the module.

    Each half is brought to unit length before it is weighed by a learned share, so that neither
    modality drowns the other; its bias gives it a constant part, through which a quadratic readout
    is linear in the features as well.
    """

    Options = QCMFMOptions
    options: QCMFMOptions

    _image_mean: Tensor
    _image_scale: Tensor

    def __init__(self, shape: FeatureShape, n_labels: int, options: QCMFMOptions):
        super().__init__(shape, n_labels, options)
        half = 2 ** (options.n_qubits - 1)
        self.attention = CrossAttention(
            shape.image_dim, shape.text_dim, options.dim, options.heads, options.dropout
        )
        self.dropout = nn.Dropout(options.dropout)
        self.image = _projection(shape.image_dim, half)
        self.image_attended = _projection(options.dim, half, bias=False)
        self.text = _projection(shape.terms, half)
        self.text_sentence = _projection(shape.sentence_dim, half, bias=False)
        self.text_attended = _projection(options.dim, half, bias=False)
        self.image_share = nn.Parameter(torch.zeros(()))
        self.circuit = two_stage(
            options.n_qubits, options.n_layers, options.entangle_first, options.entangle_second
        )
        self.simulator = Simulator(self.circuit)
        self.angles = nn.Parameter(torch.empty(self.circuit.n_weights).uniform_(-math.pi, math.pi))
        self.classifier = nn.Linear(len(self.circuit.observables), n_labels)
        nn.init.normal_(self.classifier.weight, std=8 / len(self.circuit.observables) ** 0.5)
        nn.init.zeros_(self.classifier.bias)
        self.register_buffer("_image_mean", torch.zeros(shape.image_dim))
        self.register_buffer("_image_scale", torch.ones(shape.image_dim))

    def observe(self, batches: Iterable[Batch]) -> None:
        """Remember mean and spread of the photos' vectors."""
        images = torch.cat([batch.image[batch.has_image] for batch in batches])
        if len(images) > 1:
            self._image_mean.copy_(images.mean(0))
            self._image_scale.copy_(images.std(0) + 1e-3)

    def amplitudes(self, batch: Batch) -> tuple[Float[Tensor, "batch amplitude"], Attention]:
        """The unit vector that goes into the qubits, and where each modality looked."""
        image = (batch.image - self._image_mean) / self._image_scale
        regions = (batch.regions - self._image_mean) / self._image_scale
        seen, read, attention = self.attention(regions, batch)
        image_half = self.image(self.dropout(image)) + self.image_attended(self.dropout(seen))
        text_half = (
            self.text(self.dropout(batch.terms))
            + self.text_sentence(self.dropout(batch.sentence))
            + self.text_attended(self.dropout(read))
        )
        share = self.image_share.sigmoid()
        halves = (
            functional.normalize(image_half, dim=1) * (share.sqrt() * batch.has_image[:, None]),
            functional.normalize(text_half, dim=1) * ((1 - share).sqrt() * batch.has_text[:, None]),
        )
        return functional.normalize(torch.cat(halves, 1), dim=1), attention

    def fuse(self, batch: Batch) -> Fused:
        """Logits and evidence for a batch in which every record has a photo or a caption."""
        amplitudes, attention = self.amplitudes(batch)
        readout = self.simulator.expectations(amplitudes, self.angles)
        return Fused(self.classifier(readout), attention, amplitudes, readout)


def _projection(size: int, half: int, bias: bool = True) -> nn.Linear:
    layer = nn.Linear(size, half, bias)
    nn.init.normal_(layer.weight, std=1 / (max(size, 1) * half) ** 0.5)
    if bias:
        nn.init.normal_(layer.bias, std=0.3 / half**0.5)
    return layer
