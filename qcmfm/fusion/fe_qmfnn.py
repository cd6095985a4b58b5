"""The feature-entanglement quantum multimodal fusion network, FE-QMFNN (arXiv 2601.07856).

A network for each modality ends in one value between 0 and 1 for every feature, its decision, which
is put into a qubit as an angle. Fusion qubits combine the decisions by trainable trusts, in closed
form and readably; a QCNN with shared weights mixes the fusion qubits of a group; the logits are
linear in what is measured. The circuit is simulated.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qcmfm.core.errors import TrainingError
from qcmfm.core.messages import N_
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Fused
from qcmfm.fusion.layers.pooled import Pooled, PooledOptions
from qcmfm.quantum.fusion_qubits import FusionQubits, QCNNReadout

TITLE = N_("FE-QMFNN")


@dataclass(frozen=True)
class FEQMFNNOptions(PooledOptions):
    """Choices of the model, beside those of its pooled vectors.

    Args:
        features: Decisions of each modality, and fusion qubits.
        group: Fusion qubits that go through the QCNN together; all groups share its weights.
        kept: Pooling goes on until so many qubits of a group or fewer are measured.
    """

    RANGES: ClassVar = {
        "features": (2, 512),
        "group": (2, 10),
        "kept": (1, 10),
        **PooledOptions.RANGES,
    }

    features: int = 36
    group: int = 6
    kept: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.features % self.group:
            raise TrainingError(
                f"{self.features} features cannot be divided into groups of {self.group}.",
                "Choose a multiple.",
            )


class FEQMFNN(Pooled):
    """See the module."""

    Options = FEQMFNNOptions
    quantum = True
    options: FEQMFNNOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: FEQMFNNOptions):
        super().__init__(shape, n_labels, options)
        for name in ("image", "text"):
            decide = nn.Sequential(
                nn.LayerNorm(options.width), nn.GELU(), nn.Linear(options.width, options.features)
            )
            self.add_module(f"{name}_decisions", decide)
        self.fusion = FusionQubits(2, options.features)
        self.readout = QCNNReadout(options.group, options.kept)
        measured = self.readout.n_observables * (options.features // options.group)
        self.classifier = nn.Linear(measured, n_labels)
        # What a QCNN reads starts out small; this brings the first logits to about unit size.
        nn.init.normal_(self.classifier.weight, std=4 / measured**0.5)
        nn.init.zeros_(self.classifier.bias)

    def combine(
        self,
        photo: Float[Tensor, "batch width"],
        caption: Float[Tensor, "batch width"],
        has_image: Bool[Tensor, " batch"],
        has_text: Bool[Tensor, " batch"],
    ) -> Fused:
        """Logits of pooled vectors."""
        return self.classify(self._decide(photo, caption, has_image, has_text))

    def decisions(self, batch: Batch) -> Float[Tensor, "batch modality feature"]:
        """How far photo and caption say yes to each feature, 0 to 1; 0 for what is missing."""
        return self._decide(*self.pooled(batch), batch.has_image, batch.has_text)

    def classify(self, decisions: Float[Tensor, "batch modality feature"]) -> Fused:
        """Logits of decisions: fusion qubits, QCNN, classifier."""
        groups = self.fusion(decisions).unflatten(1, (-1, self.options.group))
        measured = self.readout(groups.flatten(0, 1))
        readout = measured.unflatten(0, groups.shape[:2]).flatten(1)
        return Fused(self.classifier(readout), readout=readout)

    def _decide(
        self,
        photo: Float[Tensor, "batch width"],
        caption: Float[Tensor, "batch width"],
        has_image: Bool[Tensor, " batch"],
        has_text: Bool[Tensor, " batch"],
    ) -> Float[Tensor, "batch modality feature"]:
        angles = [
            self.get_submodule(f"{name}_decisions")(vector).sigmoid() * torch.pi
            for name, vector in (("image", photo), ("text", caption))
        ]
        decided = (torch.stack(angles, 1) / 2).sin().square()
        return decided * torch.stack([has_image, has_text], 1)[..., None]

    def trust(self) -> Float[Tensor, "modality feature"]:
        """How far photo and caption are trusted for each feature, 0 to 1."""
        return self.fusion.trust()

    def trust_together(self) -> Float[Tensor, " feature"]:
        """How far they are trusted for each feature when both say yes, 0 to 1."""
        return self.fusion.trust_together()
