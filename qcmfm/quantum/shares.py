"""Split expectation values into the shares of image, text and their interaction.

The first qubit encodes the modality: the input is |0>|image> + |1>|text>. An expectation value is a
quadratic form x^T O x, also under noise, and therefore exactly the sum of the image's block, the
text's block and twice the off-diagonal block.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor


@runtime_checkable
class Expectations(Protocol):
    """The common interface of `Simulator` and `NoisySimulator`."""

    def expectations(
        self,
        amplitudes: Float[Tensor, "batch amplitude"],
        weights: Float[Tensor, " weight"],
        checked: bool = True,
    ) -> Float[Tensor, "batch observable"]:
        """Expectation values of all observables; rows of any norm if not `checked`."""
        ...


@dataclass(frozen=True)
class Shares:
    """The three shares of every expectation value, which add up to it.

    Args:
        image: Contribution of the photo's half of the amplitudes alone.
        text: Contribution of the caption's half alone.
        interaction: Contribution of both halves together.
    """

    image: Float[Tensor, "batch value"]
    text: Float[Tensor, "batch value"]
    interaction: Float[Tensor, "batch value"]

    @property
    def total(self) -> Float[Tensor, "batch value"]:
        """The expectation values."""
        return self.image + self.text + self.interaction

    def combined(self, factors: Float[Tensor, "label value"]) -> "Shares":
        """Shares of weighted sums of the values, such as a linear classifier's logits.

        The bias of the classifier is not part of any share.
        """
        return Shares(self.image @ factors.T, self.text @ factors.T, self.interaction @ factors.T)


def modality_shares(
    simulator: Expectations,
    amplitudes: Float[Tensor, "batch amplitude"],
    weights: Float[Tensor, " weight"],
) -> Shares:
    """Split every expectation value of every sample.

    The interaction is computed independently, not as the remainder: reversing the sign of one half
    only reverses the sign of the off-diagonal block, so it is half of the difference.

    Args:
        simulator: A simulator with or without noise.
        amplitudes: Real, each row of norm 1; the first half is the image's, the second the text's.
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
