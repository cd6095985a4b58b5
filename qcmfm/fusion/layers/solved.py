"""Logistic regressions that scikit-learn solves, kept as linear layers.

So they are saved, calibrated and asked like every other model, and a missing modality is a normal
input to them too.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from qcmfm.fusion.layers.halves import Standardised

NEVER = -20.0
"""Logit of a label that no training record has."""


class Solved(Standardised):
    """A model whose weights are found by `solve`."""

    reads_regions = False
    solved = True


@torch.no_grad()
def solve_layer(
    layer: nn.Linear,
    features: Float[Tensor, "record feature"],
    target: Sequence[int],
    strength: float,
) -> None:
    """Give a layer the weights of a multinomial logistic regression.

    Args:
        layer: Features -> one logit for each label.
        features: Of the training records.
        target: Number of each record's label.
        strength: scikit-learn's C, the inverse of how much the weights are held back.
    """
    from sklearn.linear_model import LogisticRegression

    layer.weight.zero_()
    layer.bias.fill_(NEVER)
    if not features.shape[1]:
        counts = torch.bincount(torch.tensor(target), minlength=len(layer.bias)).float()
        layer.bias.copy_((counts / counts.sum()).log().clamp(min=NEVER))
        return
    found = LogisticRegression(C=strength, max_iter=2000).fit(features.numpy(), target)
    weights, bias = np.asarray(found.coef_), np.asarray(found.intercept_)
    if len(found.classes_) == 2:  # one row of weights stands for the second label
        weights, bias = np.concatenate([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    known = torch.from_numpy(np.asarray(found.classes_))
    layer.weight[known] = torch.from_numpy(weights).to(layer.weight)
    layer.bias[known] = torch.from_numpy(bias).to(layer.bias)
