"""The QCMFM with a dense layer of the same widths in place of its circuit.

Attention and both halves are those of the QCMFM. A matrix maps the 256 amplitudes of eight qubits
to 36 values, as many as there are <Z_i> and <Z_i Z_j>; a GELU and the same linear classifier
follow. It has 9,252 parameters where the circuit has 160, and so shows what the circuit's economy
gains or costs. `cross_attention` is its counterpart with about as many parameters as the circuit.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Fused
from qcmfm.fusion.layers.halves import HalvesOptions, TwoHalves

TITLE = N_("QCMFM with a dense layer")

AMPLITUDES, READ = 256, 36


@dataclass(frozen=True)
class CrossAttentionDenseOptions(HalvesOptions):
    """Options of the model: those of its halves."""


class CrossAttentionDense(TwoHalves):
    """The QCMFM with a dense layer in place of its circuit, see the module."""

    Options = CrossAttentionDenseOptions
    options: CrossAttentionDenseOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: CrossAttentionDenseOptions):
        super().__init__(shape, n_labels, options, half=AMPLITUDES // 2)
        self.dense = nn.Linear(AMPLITUDES, READ)
        nn.init.normal_(self.dense.weight)  # maps a unit vector to values of unit variance
        nn.init.zeros_(self.dense.bias)
        self.classifier = nn.Linear(READ, n_labels)

    def fuse(self, batch: Batch) -> Fused:
        """Logits and evidence of a batch in which every record has a photo or a caption."""
        states, _, _, attention = self.states(batch)
        return Fused(self.classify(states), attention)

    def classify(self, states: Float[Tensor, "batch amplitude"]) -> Float[Tensor, "batch label"]:
        """Logits of unit vectors."""
        return self.classifier(functional.gelu(self.dense(states)))
