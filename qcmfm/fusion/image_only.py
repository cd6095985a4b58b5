"""The photo alone: the unimodal baseline for the contribution of the photo.

The QCMFM's photo half without a caption, followed by one hidden layer. Without a photo, the output
is the classifier's bias, whatever the caption says.
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Fused, ModelOptions
from qcmfm.fusion.layers.attention import masked_mean, project_regions
from qcmfm.fusion.layers.halves import DROPOUT, Standardised, projection

TITLE = N_("Photo alone")


@dataclass(frozen=True)
class ImageOnlyOptions(ModelOptions):
    """Options of the model.

    Args:
        width: Length of the hidden layer.
        dim: Length of the projected regions.
        image_dropout: Share of the photo's features dropped in training.
        region_dropout: Share of the projected regions' values dropped in training.
    """

    RANGES: ClassVar = {
        "width": (2, 4096),
        "dim": (2, 512),
        "image_dropout": DROPOUT,
        "region_dropout": DROPOUT,
    }

    width: int = 128
    dim: int = 64
    image_dropout: float = 0.4
    region_dropout: float = 0.2


class ImageOnly(Standardised):
    """Photo-only baseline, see the module."""

    Options = ImageOnlyOptions
    options: ImageOnlyOptions
    modalities = ("image",)

    def __init__(self, shape: FeatureShape, n_labels: int, options: ImageOnlyOptions):
        super().__init__(shape, n_labels, options)
        self.image_dropout = nn.Dropout(options.image_dropout)
        self.region_dropout = nn.Dropout(options.region_dropout)
        self.image = projection(shape.image_dim, options.width, bias=True)
        self.region = nn.Linear(shape.image_dim, options.dim)
        self.region_norm = nn.LayerNorm(options.dim)
        self.seen = projection(options.dim, options.width, gain=0.5)
        self.norm = nn.LayerNorm(options.width)
        self.classifier = nn.Linear(options.width, n_labels)

    def fuse(self, batch: Batch) -> Fused:
        """Logits of a batch; records may lack a photo."""
        mask = batch.has_image[:, None].expand(-1, batch.regions.shape[1])
        regions = project_regions(self.region, batch.regions, self.image_mean, self.image_scale)
        seen = masked_mean(self.region_dropout(self.region_norm(regions)), mask)
        photo = self.image(self.image_dropout(self.standard_image(batch))) + self.seen(seen)
        hidden = functional.gelu(self.norm(photo)) * batch.has_image[:, None]
        return Fused(self.classifier(hidden))

    def fuse_each_way(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """As in the base class; the caption has no influence.

        The loss of captions alone still trains the bias. Its optimum gives the label frequencies,
        the best possible prediction for a record without a photo.
        """
        logits = self.fuse(batch).logits
        return logits, logits, self.classifier.bias.expand_as(logits)
