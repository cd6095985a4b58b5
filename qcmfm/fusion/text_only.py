"""The caption alone: the unimodal baseline for the contribution of the caption.

The QCMFM's caption half without a photo, followed by one hidden layer. Without a caption, the
output is the classifier's bias, whatever the photo shows.
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional

from qcmfm.core.messages import N_
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import Fused, ModelOptions
from qcmfm.fusion.layers.attention import masked_mean
from qcmfm.fusion.layers.halves import DROPOUT, Standardised, projection

TITLE = N_("Caption alone")


@dataclass(frozen=True)
class TextOnlyOptions(ModelOptions):
    """Options of the model.

    Args:
        width: Length of the hidden layer.
        dim: Length of the projected words.
        text_dropout: Share of the caption's features dropped in training.
    """

    RANGES: ClassVar = {"width": (2, 4096), "dim": (2, 512), "text_dropout": DROPOUT}

    width: int = 128
    dim: int = 64
    text_dropout: float = 0.2


class TextOnly(Standardised):
    """Caption-only baseline, see the module."""

    Options = TextOnlyOptions
    options: TextOnlyOptions
    modalities = ("text",)

    def __init__(self, shape: FeatureShape, n_labels: int, options: TextOnlyOptions):
        super().__init__(shape, n_labels, options)
        self.text_dropout = nn.Dropout(options.text_dropout)
        self.terms = projection(shape.terms, options.width, length=1.0, bias=True)
        self.sentence = projection(shape.sentence_dim, options.width)
        self.word = nn.Sequential(nn.Linear(shape.text_dim, options.dim), nn.LayerNorm(options.dim))
        self.read = projection(options.dim, options.width, gain=0.5)
        self.norm = nn.LayerNorm(options.width)
        self.classifier = nn.Linear(options.width, n_labels)

    def fuse(self, batch: Batch) -> Fused:
        """Logits of a batch; records may lack a caption."""
        read = masked_mean(self.text_dropout(self.word(batch.words)), batch.word_mask)
        caption = (
            self.terms(self.text_dropout(batch.terms))
            + self.sentence(self.text_dropout(self.standard_sentence(batch)))
            + self.read(read)
        )
        hidden = functional.gelu(self.norm(caption)) * batch.has_text[:, None]
        return Fused(self.classifier(hidden))

    def fuse_each_way(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """As in the base class; the photo has no influence.

        The loss of photos alone still trains the bias. Its optimum gives the label frequencies,
        the best possible prediction for a record without a caption.
        """
        logits = self.fuse(batch).logits
        return logits, self.classifier.bias.expand_as(logits), logits
