"""Logistic regressions solved by scikit-learn and stored as linear layers.

They can therefore be saved, calibrated and applied like every other model, also to records with a
missing modality.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from qcmfm.fusion.layers.halves import Standardised

NEVER = -20.0
"""Logit of a label that does not occur in the training records."""


class Solved(Standardised):
    """Base of models whose weights are computed by `solve` instead of gradient descent."""

    reads_regions = False
    solved = True


@torch.no_grad()
def solve_layer(
    layer: nn.Linear,
    features: Float[Tensor, "record feature"],
    target: Sequence[int],
    strength: float,
) -> None:
    """Fit a multinomial logistic regression and write its weights into a layer.

    Args:
        layer: Layer from features to one logit per label.
        features: Features of the training records.
        target: Label index of each record.
        strength: scikit-learn's C, the inverse strength of the regularisation.
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
    if len(found.classes_) == 2:  # scikit-learn has one row of weights, for the second label
        weights, bias = np.concatenate([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    known = torch.from_numpy(np.asarray(found.classes_))
    layer.weight[known] = torch.from_numpy(weights).to(layer.weight)
    layer.bias[known] = torch.from_numpy(bias).to(layer.bias)
