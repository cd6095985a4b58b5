"""Contributions of photo, caption and their interaction to the logit of one label.

For a quantum run the decomposition is exact, but one of the readout: each expectation value is the
sum of an image, a text and an interaction term, and the logits are linear in these values. It says
nothing about causes, since after cross-attention each half already carries information from the
other. For a classical run the terms are found by ablation: photo alone, caption alone, and what
only both together add.

A label's logit is taken relative to the mean over all labels, since probabilities depend on
differences only, and divided by the run's temperature, as for its probabilities.
"""

from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qcmfm.encoders.batch import Batch
from qcmfm.fusion.base import Fused
from qcmfm.quantum.shares import Expectations, Shares, modality_shares
from qcmfm.runs.run import Run


@runtime_checkable
class HasReadout(Protocol):
    """A model whose logits are linear in the expectation values of a circuit."""

    simulator: Expectations
    angles: Tensor
    classifier: nn.Linear


@dataclass(frozen=True)
class PartPrediction:
    """The prediction for photo or caption alone.

    Args:
        label: Most probable label.
        probability: Its probability, 0 to 1.
        of_label: Probability of the label predicted from photo and caption together.
    """

    label: str
    probability: float
    of_label: float


@dataclass(frozen=True)
class LabelShares:
    """The terms of one label's logit relative to the mean of all; they add up to it.

    Args:
        label: The label.
        image: Contribution of the photo.
        text: Contribution of the caption.
        interaction: Contribution of both together, beyond those of each.
        constant: Contribution that is the same for every record.
        exact: Whether the terms are those of the readout; else they were found by ablation.
        without_caption: Prediction from the photo alone; None unless the record has both.
        without_photo: Prediction from the caption alone; None unless the record has both.
    """

    label: str
    image: float
    text: float
    interaction: float
    constant: float
    exact: bool
    without_caption: PartPrediction | None
    without_photo: PartPrediction | None

    @property
    def total(self) -> float:
        """The label's logit relative to the mean of all labels."""
        return self.image + self.text + self.interaction + self.constant

    def to_json(self) -> dict[str, Any]:
        """All numbers by name."""
        return asdict(self) | {"total": self.total}


@torch.inference_mode()
def label_shares(run: Run, batch: Batch, label: int) -> LabelShares:
    """Decompose the logit of one label.

    Args:
        run: Trained run.
        batch: Batch of one record.
        label: Index of the label.
    """
    batch = batch.to(run.model.device)
    gone = torch.ones_like(batch.has_image)
    photo, caption = batch.without(text=gone), batch.without(image=gone)
    whole = run.fuse(batch)
    both = bool(batch.has_image[0] and batch.has_text[0])
    parts = readout_shares(run, whole)
    exact = parts is not None
    if parts is None:
        image_only, text_only = run.fuse(photo).logits, run.fuse(caption).logits
        nothing = run.fuse(caption.without(text=gone)).logits
        parts = [
            image_only - nothing,
            text_only - nothing,
            whole.logits - image_only - text_only + nothing,
            nothing,
        ]
    alone = [_alone(run, part, label) if both else None for part in (photo, caption)]
    image, text, interaction, constant = (
        against_mean(part, label) / run.temperature for part in parts
    )
    return LabelShares(
        run.labels[label], image, text, interaction, constant, exact, alone[0], alone[1]
    )


@torch.inference_mode()
def readout_shares(run: Run, fused: Fused) -> list[Float[Tensor, "batch label"]] | None:
    """Image, text, interaction and constant term of every logit; None for a classical run."""
    model: Any = run.model
    if fused.amplitudes is None or not isinstance(model, HasReadout):
        return None
    shares: Shares = modality_shares(model.simulator, fused.amplitudes, model.angles)
    of_labels = shares.combined(model.classifier.weight)
    constant = model.classifier.bias.expand_as(of_labels.image)
    return [of_labels.image, of_labels.text, of_labels.interaction, constant]


def against_mean(logits: Float[Tensor, "1 label"], label: int) -> float:
    """A label's logit minus the mean of all."""
    return float(logits[0, label].double() - logits[0].double().mean())


def _alone(run: Run, part: Batch, label: int) -> PartPrediction:
    found = run.probabilities(run.fuse(part))[0]
    best = int(found.argmax())
    return PartPrediction(run.labels[best], float(found[best]), float(found[label]))
