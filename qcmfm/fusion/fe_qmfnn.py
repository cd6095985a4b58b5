"""The feature-entanglement quantum multimodal fusion network, FE-QMFNN (arXiv 2601.07856).

A network per modality ends in one value between 0 and 1 for every feature, its decision, which is
encoded into a qubit as an angle. Fusion qubits combine the decisions by trainable trusts, in an
interpretable closed form; a QCNN with shared weights mixes the fusion qubits of a group; the logits
are linear in the measured values. The circuit is simulated.
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
    """Options of the model, in addition to those of its pooled vectors.

    Args:
        features: Number of decisions per modality and of fusion qubits.
        group: Number of fusion qubits that share a QCNN; all groups share its weights.
        kept: Pooling stops when at most this many qubits of a group remain to be measured.
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
    """Feature-entanglement quantum multimodal fusion network, see the module."""

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
        # Initial QCNN outputs are small; this scales the first logits to about unit variance.
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
        """Decisions of photo and caption for each feature, 0 to 1; 0 if the modality is missing."""
        return self._decide(*self.pooled(batch), batch.has_image, batch.has_text)

    def classify(self, decisions: Float[Tensor, "batch modality feature"]) -> Fused:
        """Logits of decisions, computed by fusion qubits, QCNN and classifier."""
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
        """Trust in photo and caption for each feature, 0 to 1."""
        return self.fusion.trust()

    def trust_together(self) -> Float[Tensor, " feature"]:
        """Trust for each feature when both modalities decide 1, 0 to 1."""
        return self.fusion.trust_together()
