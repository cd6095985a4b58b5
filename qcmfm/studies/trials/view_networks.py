"""Small networks for two views of an image: the FE-QMFNN, and classical fusion."""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.quantum.fusion_qubits import FusionQubits, QCNNReadout


class ViewNetwork(nn.Module, ABC):
    """Base class of networks that map views to logits.

    Args:
        sizes: Number of values of each view.
        width: Length of each view's hidden vector.
        n_labels: Number of labels.
    """

    def __init__(self, sizes: list[int], width: int, n_labels: int):
        super().__init__()
        self.hidden = nn.ModuleList(nn.Linear(size, width) for size in sizes)

    def forward(self, views: list[Float[Tensor, "batch _"]]) -> Float[Tensor, "batch label"]:
        """Logits of a batch."""
        return self.fuse([layer(view) for layer, view in zip(self.hidden, views, strict=True)])

    @abstractmethod
    def fuse(self, hidden: list[Float[Tensor, "batch width"]]) -> Float[Tensor, "batch label"]:
        """Logits from the hidden vectors of the views."""


class FEViews(ViewNetwork):
    """The FE-QMFNN: feature probabilities of each view, fusion qubits, and a QCNN.

    Fusion qubits pass through the QCNN in groups of up to eight, half of which are measured.
    """

    def __init__(self, sizes: list[int], width: int, n_labels: int):
        super().__init__(sizes, width, n_labels)
        self.group = min(8, width)
        self.fusion = FusionQubits(len(sizes), width)
        self.readout = QCNNReadout(self.group, self.group // 2)
        measured = self.readout.n_observables * (width // self.group)
        self.classifier = nn.Linear(measured, n_labels)
        nn.init.normal_(self.classifier.weight, std=4 / measured**0.5)

    def fuse(self, hidden: list[Tensor]) -> Tensor:
        """Logits from the hidden vectors of the views."""
        angles = torch.stack(hidden, 1).sigmoid() * torch.pi
        groups = self.fusion((angles / 2).sin().square()).unflatten(1, (-1, self.group))
        measured = self.readout(groups.flatten(0, 1))
        return self.classifier(measured.unflatten(0, groups.shape[:2]).flatten(1))


class ConcatViews(ViewNetwork):
    """Concatenation of the hidden vectors."""

    def __init__(self, sizes: list[int], width: int, n_labels: int):
        super().__init__(sizes, width, n_labels)
        self.classifier = nn.Linear(len(sizes) * width, n_labels)

    def fuse(self, hidden: list[Tensor]) -> Tensor:
        """Logits from the hidden vectors of the views."""
        return self.classifier(functional.gelu(torch.cat(hidden, 1)))


class GatedViews(ViewNetwork):
    """The Gated Multimodal Unit, with a softmax over the views instead of a single gate."""

    def __init__(self, sizes: list[int], width: int, n_labels: int):
        super().__init__(sizes, width, n_labels)
        self.gate = nn.Linear(len(sizes) * width, len(sizes) * width)
        self.classifier = nn.Linear(width, n_labels)

    def fuse(self, hidden: list[Tensor]) -> Tensor:
        """Logits from the hidden vectors of the views."""
        activations = torch.stack(hidden, 1).tanh()
        share = self.gate(activations.flatten(1)).unflatten(1, activations.shape[1:]).softmax(1)
        return self.classifier((share * activations).sum(1))


class LowRankViews(ViewNetwork):
    """Low-rank multimodal fusion: products of linear maps of the views, with biases; rank 4."""

    RANK = 4

    def __init__(self, sizes: list[int], width: int, n_labels: int):
        super().__init__(sizes, width, n_labels)
        self.factors = nn.ModuleList(nn.Linear(width, self.RANK * width) for _ in sizes)
        for factor in self.factors:
            nn.init.ones_(factor.bias)  # pyright: ignore[reportArgumentType]
        self.classifier = nn.Linear(width, n_labels)

    def fuse(self, hidden: list[Tensor]) -> Tensor:
        """Logits from the hidden vectors of the views."""
        parts = [f(functional.gelu(h)) for f, h in zip(self.factors, hidden, strict=True)]
        products = torch.stack(parts).prod(0).unflatten(1, (self.RANK, -1))
        return self.classifier(products.mean(1))


def classical(family: str) -> type[ViewNetwork]:
    """The network class of a classical family: concat, gated or low_rank."""
    return {"concat": ConcatViews, "gated": GatedViews, "low_rank": LowRankViews}[family]
