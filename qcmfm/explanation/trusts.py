"""How far an FE-QMFNN trusts photo and caption for each of its features, and with what effect.

With p and q for the probabilities that photo and caption show a feature, the probability that its
fusion qubit is 1 is exactly

    p (1 - q) trust in the photo + (1 - p) q trust in the caption + p q trust in both together,

so that the trusts follow from the trained angles, without a surrogate model.
"""

from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from qcmfm.encoders.batch import Batch
from qcmfm.explanation.shares import against_mean
from qcmfm.fusion.base import Fused
from qcmfm.runs.run import Run


@runtime_checkable
class FusesByTrust(Protocol):
    """A model that fuses photo and caption by a trust in each, feature by feature."""

    def decisions(self, batch: Batch) -> Float[Tensor, "batch modality feature"]:
        """Probability that photo and caption show each feature, 0 to 1."""
        ...

    def classify(self, decisions: Float[Tensor, "batch modality feature"]) -> Fused:
        """Logits for given probabilities of the features."""
        ...

    def trust(self) -> Float[Tensor, "modality feature"]:
        """Trust in photo and caption, 0 to 1."""
        ...

    def trust_together(self) -> Float[Tensor, " feature"]:
        """Trust in both together, 0 to 1, for features that both show."""
        ...


@dataclass(frozen=True)
class TrustedFeature:
    """One feature of one record; all numbers but the last are 0 to 1.

    Args:
        number: Number of the feature, from 1. Its meaning was learnt and has no name.
        image_trust: Trust in the photo, the same for every record.
        text_trust: Trust in the caption, the same for every record.
        trust_together: Trust when both show the feature.
        image: Probability that this photo shows the feature; None without a photo.
        text: Probability that this caption shows the feature; None without a caption.
        fused: Probability that the fusion qubit is 1.
        change: Contribution to the label's logit relative to the mean of all: the logit minus that
            with the feature absent from photo and caption.
    """

    number: int
    image_trust: float
    text_trust: float
    trust_together: float
    image: float | None
    text: float | None
    fused: float
    change: float

    def to_json(self) -> dict[str, Any]:
        """All numbers by name."""
        return asdict(self)


@torch.inference_mode()
def trusted_features(run: Run, batch: Batch, label: int) -> list[TrustedFeature]:
    """All features of one record, those with the greatest effect on the label first.

    Args:
        run: Trained run.
        batch: Batch of one record.
        label: Index of the label.

    Returns:
        The features; empty for a model that does not fuse by trust.
    """
    model: Any = run.model
    if not isinstance(model, FusesByTrust):
        return []
    batch = batch.to(run.model.device)
    decided = model.decisions(batch)
    count = decided.shape[-1]
    others = 1 - torch.eye(count, device=decided.device)[:, None]
    logits = model.classify(torch.cat([decided, decided * others])).logits / run.temperature
    complete, *without = (against_mean(row[None], label) for row in logits)
    (image, text), together = model.trust(), model.trust_together()
    shown, named = decided[0]
    fused = shown * (1 - named) * image + (1 - shown) * named * text + shown * named * together
    found = [
        TrustedFeature(
            number + 1,
            float(image[number]),
            float(text[number]),
            float(together[number]),
            float(shown[number]) if batch.has_image[0] else None,
            float(named[number]) if batch.has_text[0] else None,
            float(fused[number]),
            complete - without[number],
        )
        for number in range(count)
    ]
    return sorted(found, key=lambda feature: -abs(feature.change))
