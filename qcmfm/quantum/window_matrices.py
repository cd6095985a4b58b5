"""The transfer matrices of a noisy circuit's windows, for any weights.

Steps of one kind (the same gate on as many wires) are built in one batched expression, and so are
windows of one shape (steps in the same places among the window's wires), such as those of every
layer. The number of tensor operations then hardly grows with the number of layers.
"""

from collections import defaultdict
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.pauli_transfer import apply_to_digits, gate_transfers
from qcmfm.quantum.windows import NoisyStep, fuse, noisy_steps


def _kind(step: NoisyStep) -> tuple[int, str]:
    """The group of steps whose matrices are built together: number of wires, name of the gate."""
    return len(step.wires), step.gate.name if step.gate else ""


class Windows(nn.Module):
    """The windows of a noisy circuit, and their transfer matrices for any weights.

    Args:
        circuit: The gates.
        setting: The noise.
        folds: Unitary folding (Giurgica-Tiron et al., arXiv:2005.10921): every gate G becomes
            G (G^-1 G)^folds, each factor with its noise, which amplifies it 2 folds + 1 times.
    """

    def __init__(self, circuit: Circuit, setting: NoiseSetting, folds: int = 0):
        super().__init__()
        self.folds = folds
        steps = noisy_steps(circuit, setting)
        self.windows = fuse(steps)
        kinds: dict[tuple[int, str], list[NoisyStep]] = defaultdict(list)
        for window in self.windows:
            for step in window.steps:
                kinds[_kind(step)].append(step)
        self._kinds = sorted(kinds)
        # All steps on as many wires end up in one stack, kind after kind; this is each one's row.
        place: dict[NoisyStep, int] = {}
        for number, kind in enumerate(self._kinds):
            slots = [step.gate.slots for step in kinds[kind] if step.gate]
            self._keep(f"_slots{number}", torch.tensor(slots, dtype=torch.long))
            self._keep(f"_noise{number}", _stacked_noise(kinds[kind]))
            before = sum(len(step.wires) == kind[0] for step in place)
            place |= {step: before + at for at, step in enumerate(kinds[kind])}
        alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for index, window in enumerate(self.windows):
            alike[window.shape].append(index)
        self._alike = list(alike.values())
        for number, indices in enumerate(self._alike):
            at = [[place[step] for step in self.windows[index].steps] for index in indices]
            self._keep(f"_places{number}", torch.tensor(at))

    def _keep(self, name: str, value: Tensor | None) -> None:
        self.register_buffer(name, value, persistent=False)

    def matrices(self, weights: Float[Tensor, " weight"]) -> list[Float[Tensor, "row column"]]:
        """Transfer matrix of every window, in the precision of the weights.

        Args:
            weights: Angles in radians.

        Returns:
            In the order of `windows`: 4^k x 4^k for a window on k wires. It takes the values
            Tr(P rho) of all Pauli strings P before the window to those after; its transpose takes
            an observable's coefficients back.
        """
        parts: dict[int, list[Tensor]] = defaultdict(list)
        for number, (n_wires, _) in enumerate(self._kinds):
            parts[n_wires].append(self._steps(number, weights))
        steps = {n_wires: torch.cat(part) for n_wires, part in parts.items()}
        built: list[Tensor] = [weights] * len(self.windows)
        for number, indices in enumerate(self._alike):
            first = self.windows[indices[0]]
            places = self.get_buffer(f"_places{number}")
            product = torch.eye(4 ** len(first.wires), dtype=weights.dtype, device=weights.device)
            product = product.expand(len(indices), -1, -1)
            # The first step acts first, so each later one is a factor from the left.
            for at, wires in enumerate(first.shape):
                product = apply_to_digits(steps[len(wires)][places[:, at]], wires, product)
            for index, matrix in zip(indices, product.unbind(), strict=True):
                built[index] = matrix
        return built

    def _steps(
        self, number: int, weights: Float[Tensor, " weight"]
    ) -> Float[Tensor, "step row column"]:
        """Transfer matrices of all steps of one kind."""
        (_, gate), noise = self._kinds[number], getattr(self, f"_noise{number}")
        noise = None if noise is None else noise.to(weights.dtype)
        if not gate:
            assert noise is not None
            return noise
        clean = gate_transfers(gate, weights[self.get_buffer(f"_slots{number}")])
        once = clean if noise is None else noise @ clean
        # A unitary's transfer matrix is orthogonal, so its transpose is that of the inverse gate.
        undone = clean.mT if noise is None else noise @ clean.mT
        matrix = once
        for _ in range(self.folds):
            matrix = once @ undone @ matrix
        return matrix


def _stacked_noise(steps: Sequence[NoisyStep]) -> Float[Tensor, "step row column"] | None:
    """Transfer matrices of the noise of every step; None if no step has noise."""
    if all(step.noise is None for step in steps):
        return None
    clean = torch.eye(4 ** len(steps[0].wires), dtype=torch.float64)
    return torch.stack([clean if step.noise is None else step.noise for step in steps])
