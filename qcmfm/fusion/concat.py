"""Photo and caption side by side, without attention: the plain way to fuse.

The photo's mean region vector, the sentence vector and the lexicon terms are concatenated; a
network with one hidden layer answers from them.
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn
from torch.nn import functional

from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion._halves import DROPOUT, Standardised, projection
from qcmfm.fusion._model import Fused, ModelOptions


@dataclass(frozen=True)
class ConcatOptions(ModelOptions):
    """Choices of the model.

    Args:
        width: Length of the hidden layer.
        image_dropout: Share of the photo's features dropped in training.
        text_dropout: Share of the caption's features dropped in training.
    """

    RANGES: ClassVar = {"width": (2, 4096), "image_dropout": DROPOUT, "text_dropout": DROPOUT}

    width: int = 128
    image_dropout: float = 0.4
    text_dropout: float = 0.2


class Concat(Standardised):
    """See the module.

    The hidden layer has a matrix for each of the three vectors, which is the same as one matrix for
    all of them, so that a short vector weighs as much as a long one to begin with.
    """

    Options = ConcatOptions
    options: ConcatOptions

    def __init__(self, shape: FeatureShape, n_labels: int, options: ConcatOptions):
        super().__init__(shape, n_labels, options)
        self.image_dropout = nn.Dropout(options.image_dropout)
        self.text_dropout = nn.Dropout(options.text_dropout)
        self.image = projection(shape.image_dim, options.width, bias=True)
        self.sentence = projection(shape.sentence_dim, options.width)
        self.terms = projection(shape.terms, options.width, length=1.0)
        self.norm = nn.LayerNorm(options.width)
        self.classifier = nn.Linear(options.width, n_labels)

    def fuse(self, batch: Batch) -> Fused:
        """Logits for a batch in which every record has a photo or a caption."""
        image = self.standard_image(batch) * batch.has_image[:, None]
        sentence = self.standard_sentence(batch) * batch.has_text[:, None]
        hidden = (
            self.image(self.image_dropout(image))
            + self.sentence(self.text_dropout(sentence))
            + self.terms(self.text_dropout(batch.terms))
        )
        return Fused(self.classifier(functional.gelu(self.norm(hidden))))
