"""What photo, caption and both together gave to one label.

For a quantum run that is a statement about the readout and exact: each measured value is the sum
of an image, a text and an interaction term, and the logits are linear in the values. It is no
statement about causes, for after cross-attention each half already holds something of the other.
For a classical run the same is found by ablation: what the photo alone gives, what the caption
alone gives, and what only both together give.

A label's logit counts against the mean over all labels, since probabilities see differences only,
and is divided by the run's temperature, as for its probabilities.
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
class ReadsOut(Protocol):
    """A model whose logits are linear in what a circuit measures."""

    simulator: Expectations
    angles: Tensor
    classifier: nn.Linear


@dataclass(frozen=True)
class Alone:
    """What the run says of a part of the record.

    Args:
        label: The likeliest label.
        probability: Its probability.
        of_label: The probability of the label that the whole record got.
    """

    label: str
    probability: float
    of_label: float


@dataclass(frozen=True)
class LabelShares:
    """The parts of one label's logit against the mean of all; they add up to it.

    Args:
        label: Which label.
        image: What the photo gives.
        text: What the caption gives.
        interaction: What only both together give.
        constant: What the label has whatever the record is.
        exact: Whether they are parts of the readout; else they were found by ablation.
        without_caption: What the photo alone is labelled; None without one or without a caption.
        without_photo: What the caption alone is labelled; likewise.
    """

    label: str
    image: float
    text: float
    interaction: float
    constant: float
    exact: bool
    without_caption: Alone | None
    without_photo: Alone | None

    @property
    def total(self) -> float:
        """The label's logit against the mean of all labels."""
        return self.image + self.text + self.interaction + self.constant

    def to_json(self) -> dict[str, Any]:
        """All numbers by name."""
        return asdict(self) | {"total": self.total}


@torch.inference_mode()
def label_shares(run: Run, batch: Batch, label: int) -> LabelShares:
    """Split one label's logit.

    Args:
        run: The run.
        batch: One record.
        label: Number of the label.
    """
    batch = batch.to(run.model.device)
    gone = torch.ones_like(batch.has_image)
    photo, caption = batch.without(text=gone), batch.without(image=gone)
    whole = run.fuse(batch)
    both = bool(batch.has_image[0] and batch.has_text[0])
    parts = readout_shares(run, whole)
    exact = parts is not None
    if parts is None:
        seen, read = run.fuse(photo).logits, run.fuse(caption).logits
        nothing = run.fuse(caption.without(text=gone)).logits
        parts = [seen - nothing, read - nothing, whole.logits - seen - read + nothing, nothing]
    alone = [_alone(run, part, label) if both else None for part in (photo, caption)]
    image, text, interaction, constant = (
        against_mean(part, label) / run.temperature for part in parts
    )
    return LabelShares(
        run.labels[label], image, text, interaction, constant, exact, alone[0], alone[1]
    )


@torch.inference_mode()
def readout_shares(run: Run, fused: Fused) -> list[Float[Tensor, "batch label"]] | None:
    """Image, text, interaction and constant part of every logit; None for a classical run."""
    model: Any = run.model
    if fused.amplitudes is None or not isinstance(model, ReadsOut):
        return None
    shares: Shares = modality_shares(model.simulator, fused.amplitudes, model.angles)
    of_labels = shares.combined(model.classifier.weight)
    constant = model.classifier.bias.expand_as(of_labels.image)
    return [of_labels.image, of_labels.text, of_labels.interaction, constant]


def against_mean(logits: Float[Tensor, "1 label"], label: int) -> float:
    """A label's logit less the mean of all."""
    return float(logits[0, label].double() - logits[0].double().mean())


def _alone(run: Run, part: Batch, label: int) -> Alone:
    found = run.probabilities(run.fuse(part))[0]
    best = int(found.argmax())
    return Alone(run.labels[best], float(found[best]), float(found[label]))
