"""The Quantum-Classical Multimodal Fusion Model (npj Heritage Science 14, 160, 2026).

Words attend to regions and regions to words; each side is pooled and projected to half of the
amplitudes of a few qubits, so that the first qubit says which modality: |0>|image> + |1>|text>. A
two-stage circuit mixes them; the logits are linear in the measured <Z_i> and <Z_i Z_j>, and no path
leads around the circuit. The circuit is simulated.
"""

import math
import warnings
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
from qcmfm.quantum.ansatz import two_stage
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
        image_dropout: Share of the photo's features dropped in training.
        text_dropout: Share of the caption's features dropped in training.
    """

    n_qubits: int = 8
    n_layers: int = 4
    entangle_first: bool = True
    entangle_second: bool = True
    heads: int = 4
    dim: int = 64
    image_dropout: float = 0.4
    text_dropout: float = 0.2

    def __post_init__(self) -> None:
        for name, low, high in (
            ("n_qubits", 4, 10),
            ("n_layers", 1, 8),
            ("heads", 1, 16),
            ("dim", 8, 512),
            ("image_dropout", 0, 0.9),
            ("text_dropout", 0, 0.9),
        ):
            if not low <= getattr(self, name) <= high:
                raise TrainingError(
                    f"Option {name} is {getattr(self, name)}.", f"Choose {low} to {high}."
                )
        if self.dim % self.heads:
            raise TrainingError(
                f"{self.heads} heads do not divide dim {self.dim}.", "Choose a multiple."
            )


class QCMFM(FusionModel):
    """See the module.

    Each half of the amplitudes is brought to unit length and then weighed by a learned share, so
    that neither modality drowns the other. Its bias gives it a constant part, through which the
    readout, a quadratic form, is linear in the features as well.
    """

    Options = QCMFMOptions
    options: QCMFMOptions

    image_mean: Tensor
    image_scale: Tensor
    sentence_mean: Tensor
    sentence_scale: Tensor

    def __init__(self, shape: FeatureShape, n_labels: int, options: QCMFMOptions):
        super().__init__(shape, n_labels, options)
        half = 2 ** (options.n_qubits - 1)
        self.attention = CrossAttention(
            shape.image_dim, shape.text_dim, options.dim, options.heads, options.text_dropout
        )
        self.image_dropout = nn.Dropout(options.image_dropout)
        self.text_dropout = nn.Dropout(options.text_dropout)
        self.image = _projection(shape.image_dim, half, bias=True)
        self.seen = _projection(options.dim, half, gain=0.5)
        self.terms = _projection(shape.terms, half, length=1.0, bias=True)
        self.sentence = _projection(shape.sentence_dim, half)
        self.read = _projection(options.dim, half, gain=0.5)
        self.image_share = nn.Parameter(torch.zeros(()))
        self.circuit = two_stage(
            options.n_qubits, options.n_layers, options.entangle_first, options.entangle_second
        )
        self.simulator = Simulator(self.circuit)
        self.angles = nn.Parameter(torch.empty(self.circuit.n_weights).uniform_(-math.pi, math.pi))
        self.classifier = nn.Linear(len(self.circuit.observables), n_labels)
        # Readouts of a random state are small; this brings the first logits to about unit size.
        nn.init.normal_(self.classifier.weight, std=8 / len(self.circuit.observables) ** 0.5)
        nn.init.zeros_(self.classifier.bias)
        for name, size in (("image", shape.image_dim), ("sentence", shape.sentence_dim)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_scale", torch.ones(size))

    @torch.no_grad()
    def observe(self, batches: Iterable[Batch]) -> None:
        """Remember mean and spread of the photos' and the sentences' vectors."""
        images: list[Tensor] = []
        sentences: list[Tensor] = []
        for batch in batches:
            images.append(batch.image[batch.has_image])
            sentences.append(batch.sentence[batch.has_text])
        for found, mean, scale in (
            (torch.cat(images), self.image_mean, self.image_scale),
            (torch.cat(sentences), self.sentence_mean, self.sentence_scale),
        ):
            if len(found) > 1:
                mean.copy_(found.mean(0))
                scale.copy_(found.std(0) + 1e-3)

    def fuse(self, batch: Batch) -> Fused:
        """Logits and evidence for a batch in which every record has a photo or a caption."""
        whole, _, _, attention = self._amplitudes(batch)
        readout = self.simulator.expectations(whole, self.angles)
        return Fused(self.classifier(readout), attention, whole, readout)

    def fuse_each_way(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """As in the base class; the encoders' vectors are projected once and simulated together."""
        *each_way, _ = self._amplitudes(batch)
        # A record without a photo or a caption has no amplitudes there, and reads zero.
        readout = self.simulator.expectations(torch.cat(each_way), self.angles, checked=False)
        whole, image, text = self.classifier(readout).chunk(3)
        return whole, image, text

    def _amplitudes(
        self, batch: Batch
    ) -> tuple[
        Float[Tensor, "batch amplitude"],
        Float[Tensor, "batch amplitude"],
        Float[Tensor, "batch amplitude"],
        Attention,
    ]:
        """Unit vectors of the whole records, the photos alone and the captions alone."""
        image = (batch.image - self.image_mean) / self.image_scale
        sentence = (batch.sentence - self.sentence_mean) / self.sentence_scale
        attended = self.attention(batch, self.image_mean, self.image_scale)
        photo = self.image(self.image_dropout(image)) + self.seen(attended.image)
        caption = (
            self.terms(self.text_dropout(batch.terms))
            + self.sentence(self.text_dropout(sentence))
            + self.read(attended.text)
        )
        photo_with_words = photo + self.seen(attended.image_gain)
        caption_with_regions = caption + self.read(attended.text_gain)
        no_image, no_text = torch.zeros_like(photo), torch.zeros_like(caption)
        return (
            self._state(batch, photo_with_words, caption_with_regions),
            self._state(batch, photo, no_text),
            self._state(batch, no_image, caption),
            attended.attention,
        )

    def _state(
        self, batch: Batch, image: Float[Tensor, "batch half"], text: Float[Tensor, "batch half"]
    ) -> Float[Tensor, "batch amplitude"]:
        """|0>|image> + |1>|text>, each half weighed by its share, normalised."""
        share = self.image_share.sigmoid()
        halves = (
            functional.normalize(image, dim=1) * (share.sqrt() * batch.has_image[:, None]),
            functional.normalize(text, dim=1) * ((1 - share).sqrt() * batch.has_text[:, None]),
        )
        return functional.normalize(torch.cat(halves, 1), dim=1)


def _projection(
    inputs: int, half: int, length: float = 0.0, gain: float = 1.0, bias: bool = False
) -> nn.Linear:
    """A layer whose output starts out with about the length `gain`.

    Args:
        inputs: Number of input values.
        half: Number of output values.
        length: Typical length of the input; by default that of unit-sized values.
        gain: Length of the output; that of the bias, where there is one, is 1.
        bias: Whether there is one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # captions without a common term are normal
        layer = nn.Linear(inputs, half, bias)
    if inputs:
        nn.init.normal_(layer.weight, std=gain / ((length or inputs**0.5) * half**0.5))
    if bias:
        nn.init.normal_(layer.bias, std=half**-0.5)
    return layer
