"""How much of every measured value image, text and their interaction have.

The first qubit says which modality: the input is |0>|image> + |1>|text>. A value is a quadratic
form x^T O x, under noise too, so it is exactly the image's block, plus the text's block, plus twice
the block between them.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor


@runtime_checkable
class Expectations(Protocol):
    """What `Simulator` and `NoisySimulator` have in common."""

    def expectations(
        self,
        amplitudes: Float[Tensor, "batch amplitude"],
        weights: Float[Tensor, " weight"],
        checked: bool = True,
    ) -> Float[Tensor, "batch observable"]:
        """Values of all observables; without a check, of rows of any length."""
        ...


@dataclass(frozen=True)
class Shares:
    """The three parts of every value; they add up to it.

    Args:
        image: What the photo's half of the amplitudes gives on its own.
        text: What the caption's half gives on its own.
        interaction: What only both together give.
    """

    image: Float[Tensor, "batch value"]
    text: Float[Tensor, "batch value"]
    interaction: Float[Tensor, "batch value"]

    @property
    def total(self) -> Float[Tensor, "batch value"]:
        """The measured values."""
        return self.image + self.text + self.interaction

    def combined(self, factors: Float[Tensor, "label value"]) -> "Shares":
        """Shares in weighted sums of the values, such as a linear classifier's logits.

        The classifier's own constant belongs to no share.
        """
        return Shares(self.image @ factors.T, self.text @ factors.T, self.interaction @ factors.T)


def modality_shares(
    simulator: Expectations,
    amplitudes: Float[Tensor, "batch amplitude"],
    weights: Float[Tensor, " weight"],
) -> Shares:
    """Split every expectation value of every sample.

    The interaction is found on its own, not as what is left: turning the sign of one half turns
    the sign of the block between the halves and of nothing else, so it is half of the difference.

    Args:
        simulator: With noise or without.
        amplitudes: Real, each row of length 1; the first half is the image's, the other the text's.
        weights: Angles in radians.
    """
    simulated = simulator.expectations(amplitudes, weights)
    image, text = amplitudes.chunk(2, dim=1)
    nothing = torch.zeros_like(image)
    parts = torch.cat(
        [
            torch.cat([image, nothing], 1),
            torch.cat([nothing, text], 1),
            torch.cat([image, -text], 1),
        ]
    )
    of_image, of_text, turned = simulator.expectations(parts, weights, checked=False).chunk(3)
    return Shares(of_image, of_text, (simulated - turned) / 2)
