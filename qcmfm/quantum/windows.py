"""A noisy circuit as windows: gates and noise put together into one matrix on up to three wires.

Windows of one shape, such as those of every layer, are built together.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.noise import Noise, NoiseSetting, kraus, noisy_operations
from qcmfm.quantum.pauli_transfer import channel_transfer, gate_transfers

WINDOW_WIRES = 3


@dataclass(frozen=True, eq=False)
class Step:
    """A gate with the noise that follows it, or noise alone.

    Args:
        wires: The wires it acts on.
        gate: The gate, if there is one.
        noise: Transfer matrix of the noise on these wires, if there is any.
    """

    wires: tuple[int, ...]
    gate: Gate | None
    noise: Float[Tensor, "row column"] | None


@dataclass(frozen=True)
class Window:
    """Steps that together touch few wires and become one matrix."""

    wires: tuple[int, ...]
    steps: tuple[Step, ...]

    @property
    def shape(self) -> tuple[tuple[int, ...], ...]:
        """Where its steps act, which those that are built together with it have in common."""
        place = {wire: index for index, wire in enumerate(self.wires)}
        return tuple(tuple(place[wire] for wire in step.wires) for step in self.steps)


def _kind(step: Step) -> tuple[int, str]:
    """The group of steps whose matrices are built together: number of wires, name of the gate."""
    return len(step.wires), step.gate.name if step.gate else ""


def noisy_steps(circuit: Circuit, setting: NoiseSetting) -> list[Step]:
    """A circuit's gates with their noise, in the order in which they act."""
    parts: list[tuple[Gate | None, list[Noise]]] = []
    for operation in noisy_operations(circuit, setting):
        if isinstance(operation, Gate):
            parts.append((operation, []))
        elif operation.at == "gate":
            parts[-1][1].append(operation)
        else:
            parts.append((None, [operation]))
    known: dict[object, Tensor] = {}
    return [_step(gate, noises, known) for gate, noises in parts]


def _step(gate: Gate | None, noises: Sequence[Noise], known: dict[object, Tensor]) -> Step:
    """A gate with its noise; matrices that are `known` are taken from there."""
    wires = gate.wires if gate else noises[0].wires
    if not noises:
        return Step(wires, gate, None)
    places = [tuple(wires.index(wire) for wire in noise.wires) for noise in noises]
    channels = [(noise.channel, tuple(noise.strengths.items())) for noise in noises]
    key = (len(wires), *zip(channels, places, strict=True))
    if key not in known:
        product = torch.eye(4 ** len(wires), dtype=torch.float64)[None]
        for noise, at in zip(noises, places, strict=True):
            transfer = channel_transfer(kraus(noise.channel, noise.strengths))
            product = apply_to_digits(transfer[None], at, product)
        known[key] = product[0]
    return Step(wires, gate, known[key])


def fuse(steps: Sequence[Step], most: int = WINDOW_WIRES) -> list[Window]:
    """Group steps into windows whose product is the product of the steps.

    Steps on one wire go with the next on two wires that touches it, or with the last one. Then
    each window takes the first link left and every later one that fits, unless one that was passed
    over touches a wire of it before.

    Args:
        steps: In the order in which they act.
        most: Largest number of wires of a window.
    """
    left = [(link, _wires(link)) for link in _links(steps)]
    windows: list[Window] = []
    while left:
        wires = left[0][1]
        passed: set[int] = set()
        taken: list[Step] = []
        rest: list[tuple[list[Step], dict[int, None]]] = []
        for link, touched in left:
            both = wires | touched
            if passed.isdisjoint(touched) and len(both) <= max(most, len(wires)):
                wires = both
                taken += link
            else:
                passed.update(touched)
                rest.append((link, touched))
        windows.append(Window(tuple(wires), tuple(taken)))
        left = rest
    return _ordered(windows)


def _ordered(windows: Sequence[Window]) -> list[Window]:
    """Put each window's wires in the order that `evolve` finds on its way back."""
    order = sorted({wire for window in windows for wire in window.wires})
    ordered: list[Window] = []
    for window in reversed(windows):
        wires = tuple(wire for wire in order if wire in window.wires)
        ordered.append(replace(window, wires=wires))
        order = [*wires, *(wire for wire in order if wire not in wires)]
    return ordered[::-1]


def _links(steps: Iterable[Step]) -> list[list[Step]]:
    """Steps on two wires in order, each with the steps on one wire that can go with it."""
    links: list[list[Step]] = []
    waiting: dict[int, list[Step]] = defaultdict(list)
    last: dict[int, list[Step]] = {}
    for step in steps:
        if len(step.wires) == 1:
            waiting[step.wires[0]].append(step)
            continue
        link = [earlier for wire in step.wires for earlier in waiting.pop(wire, [])] + [step]
        last |= dict.fromkeys(step.wires, link)
        links.append(link)
    for wire, rest in waiting.items():
        if wire in last:
            last[wire] += rest
        else:
            links.append(rest)
    return links


def _wires(link: Iterable[Step]) -> dict[int, None]:
    """The wires of some steps, each once, in order of appearance."""
    return dict.fromkeys(wire for step in link for wire in step.wires)


class Windows(nn.Module):
    """The windows of a noisy circuit, and their transfer matrices for any weights.

    Args:
        circuit: The gates.
        setting: The noise.
        folds: How often every gate is undone and done again, each time with its noise.
    """

    def __init__(self, circuit: Circuit, setting: NoiseSetting, folds: int = 0):
        super().__init__()
        self.folds = folds
        steps = noisy_steps(circuit, setting)
        self.windows = fuse(steps)
        kinds: dict[tuple[int, str], list[Step]] = defaultdict(list)
        for window in self.windows:
            for step in window.steps:
                kinds[_kind(step)].append(step)
        self._kinds = sorted(kinds)
        place: dict[Step, int] = {}
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
        undone = clean.mT if noise is None else noise @ clean.mT
        matrix = once
        for _ in range(self.folds):
            matrix = once @ undone @ matrix
        return matrix


def _stacked_noise(steps: Sequence[Step]) -> Float[Tensor, "step row column"] | None:
    """The noise of every step; none if there is none at all."""
    if all(step.noise is None for step in steps):
        return None
    clean = torch.eye(4 ** len(steps[0].wires), dtype=torch.float64)
    return torch.stack([clean if step.noise is None else step.noise for step in steps])


def apply_to_digits(
    matrices: Float[Tensor, "window small small"],
    places: tuple[int, ...],
    product: Float[Tensor, "window row column"],
) -> Float[Tensor, "window row column"]:
    """Apply one matrix per window, from the left, to some of the digits of its rows."""
    count, rows, columns = product.shape
    digits = (rows.bit_length() - 1) // 2
    others = [place for place in range(digits) if place not in places]
    order = [0, *(place + 1 for place in (*places, *others)), digits + 1]
    moved = product.reshape(count, *[4] * digits, columns).permute(order)
    applied = matrices @ moved.reshape(count, 4 ** len(places), -1)
    back = [order.index(axis) for axis in range(digits + 2)]
    return applied.reshape(moved.shape).permute(back).reshape(count, rows, columns)
