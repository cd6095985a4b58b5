"""The QCMFM without its circuit: the baseline that shows the effect of the circuit.

Attention and both halves are those of the QCMFM, with the 256 amplitudes of eight qubits. Circuit
and readout are replaced by a classical layer of the same widths, 256 to 36, and of about as many
parameters (228; the QCMFM's default circuit has 160): the amplitudes, arranged as a 16 x 16 matrix,
are multiplied by a matrix from either side, and a GELU follows. The linear classifier is the same.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Fused
from qcmfm.fusion.layers.halves import HalvesOptions, TwoHalves

TITLE = N_("QCMFM without its circuit")

SIDE = 16
"""Number of rows and columns of the matrix of amplitudes; its upper 8 rows are the photo's half."""

READ = 6
"""Number of rows and columns of the output: as many values as there are <Z_i> and <Z_i Z_j>."""


@dataclass(frozen=True)
class CrossAttentionOptions(HalvesOptions):
    """Options of the model: those of its halves."""


class CrossAttentionModel(TwoHalves):
    """The QCMFM with a bilinear layer in place of its circuit, see the module."""

    Options = CrossAttentionOptions
    options: CrossAttentionOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: CrossAttentionOptions):
        super().__init__(shape, n_labels, options, half=SIDE * SIDE // 2)
        # A unit vector times entries of unit size gives values of unit size.
        self.rows = nn.Parameter(torch.randn(READ, SIDE))
        self.columns = nn.Parameter(torch.randn(SIDE, READ))
        self.offset = nn.Parameter(torch.zeros(READ * READ))
        self.classifier = nn.Linear(READ * READ, n_labels)

    def fuse(self, batch: Batch) -> Fused:
        """Logits and evidence of a batch in which every record has a photo or a caption."""
        states, _, _, attention = self.states(batch)
        return Fused(self.classify(states), attention)

    def classify(self, states: Float[Tensor, "batch amplitude"]) -> Float[Tensor, "batch label"]:
        """Logits of unit vectors."""
        read = self.rows @ states.unflatten(1, (SIDE, SIDE)) @ self.columns
        return self.classifier(functional.gelu(read.flatten(1) + self.offset))
