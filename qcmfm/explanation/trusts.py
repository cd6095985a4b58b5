"""How far an FE-QMFNN trusts photo and caption for each of its features, and what came of it.

With p and q for how far photo and caption say yes to a feature, the chance that its fusion qubit
says yes is exactly

    p (1 - q) trust of the photo + (1 - p) q trust of the caption + p q trust in both together,

so the trusts can be read off the trained angles, and add no model of the model.
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
class TrustsFeatures(Protocol):
    """A model that fuses decisions on features by trusts."""

    def decisions(self, batch: Batch) -> Float[Tensor, "batch modality feature"]:
        """How far photo and caption say yes."""
        ...

    def classify(self, decisions: Float[Tensor, "batch modality feature"]) -> Fused:
        """Logits of decisions."""
        ...

    def trust(self) -> Float[Tensor, "modality feature"]:
        """How far photo and caption are trusted."""
        ...

    def trust_together(self) -> Float[Tensor, " feature"]:
        """How far they are trusted when both say yes."""
        ...


@dataclass(frozen=True)
class TrustedFeature:
    """One feature of one record; all numbers but the last are 0 to 1.

    Args:
        number: Of the feature, from 1. What it means was learnt, and nobody named it.
        image_trust: How far the photo is trusted for it, for every record alike.
        text_trust: How far the caption is.
        trust_together: How far they are when both say yes.
        image: How far this photo says yes; None without one.
        text: How far this caption says yes; likewise.
        fused: The chance that the fusion qubit says yes.
        change: How much the label's logit against the mean of all labels owes to it: the feature
            is asked again with photo and caption both saying no.
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
    """Every feature, those first to which the label owes most or that spoke most against it.

    Args:
        run: The run.
        batch: One record.
        label: Number of the label.

    Returns:
        Nothing for a model that does not fuse by trusts.
    """
    model: Any = run.model
    if not isinstance(model, TrustsFeatures):
        return []
    batch = batch.to(run.model.device)
    decided = model.decisions(batch)
    count = decided.shape[-1]
    kept = 1 - torch.eye(count, device=decided.device)[:, None]
    logits = model.classify(torch.cat([decided, decided * kept])).logits / run.temperature
    whole, *without = (against_mean(row[None], label) for row in logits)
    (image, text), together = model.trust(), model.trust_together()
    seen, read = decided[0]
    fused = seen * (1 - read) * image + (1 - seen) * read * text + seen * read * together
    found = [
        TrustedFeature(
            number + 1,
            float(image[number]),
            float(text[number]),
            float(together[number]),
            float(seen[number]) if batch.has_image[0] else None,
            float(read[number]) if batch.has_text[0] else None,
            float(fused[number]),
            whole - without[number],
        )
        for number in range(count)
    ]
    return sorted(found, key=lambda feature: -abs(feature.change))
