"""A noisy circuit as windows: gates and noise put together into one matrix on up to three wires.

A *step* is a gate with the channels that act right after it, or channels alone. A *window* is a
series of steps that together touch at most three wires. Under noise a state is a density matrix, so
a step is not a unitary but a channel, written as a real Pauli transfer matrix (see
`pauli_transfer`): 4 x 4 on one wire, 16 x 16 on two, 64 x 64 on three. In a ring of two-wire gates
a window takes two neighbouring links, say 0-1 and 1-2, with all rotations and noise on their wires;
a circuit of L layers of two rings on n qubits becomes L x n windows.

Windows rather than gates, because evolution is limited by memory: every matrix product reads and
writes all 4^n Pauli coefficients, however small its matrix is. A 64 x 64 matrix does about four
times the arithmetic of a 16 x 16 one for each coefficient, and saves the passes of all the steps in
it. Joining neighbouring gates into larger ones is known as gate fusion (Häner and Steiger,
arXiv:1704.01127).

This module says which steps make up which window; `window_matrices` builds the matrices and
`heisenberg` applies them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.noise import Noise, NoiseSetting, kraus, noisy_operations
from qcmfm.quantum.pauli_transfer import apply_to_digits, channel_transfer

WINDOW_WIRES = 3
"""Most wires of a window, so that its matrix is at most 64 x 64."""


@dataclass(frozen=True, eq=False)
class NoisyStep:
    """A gate with the noise that follows it, or noise alone.

    Args:
        wires: The wires it acts on.
        gate: The gate, if there is one.
        noise: Transfer matrix of the noise on these wires, if there is any. Rows and columns are
            Pauli strings whose first digit belongs to the first of `wires`.
    """

    wires: tuple[int, ...]
    gate: Gate | None
    noise: Float[Tensor, "row column"] | None


@dataclass(frozen=True)
class Window:
    """Steps that together touch few wires and become one matrix.

    Args:
        wires: All wires of the steps; the first is the first digit, the most significant one, of
            the Pauli strings that number the rows and columns of the matrix.
        steps: In the order in which they act, so that the last is the leftmost factor.
    """

    wires: tuple[int, ...]
    steps: tuple[NoisyStep, ...]

    @property
    def shape(self) -> tuple[tuple[int, ...], ...]:
        """Where its steps act, which those that are built together with it have in common."""
        place = {wire: index for index, wire in enumerate(self.wires)}
        return tuple(tuple(place[wire] for wire in step.wires) for step in self.steps)


def noisy_steps(circuit: Circuit, setting: NoiseSetting) -> list[NoisyStep]:
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


def _step(gate: Gate | None, noises: Sequence[Noise], known: dict[object, Tensor]) -> NoisyStep:
    """A gate with its noise; matrices that are `known` are taken from there.

    A setting puts the same channels after many gates, so few of the matrices differ.
    """
    wires = gate.wires if gate else noises[0].wires
    if not noises:
        return NoisyStep(wires, gate, None)
    places = [tuple(wires.index(wire) for wire in noise.wires) for noise in noises]
    channels = [(noise.channel, tuple(noise.strengths.items())) for noise in noises]
    key = (len(wires), *zip(channels, places, strict=True))
    if key not in known:
        product = torch.eye(4 ** len(wires), dtype=torch.float64)[None]
        for noise, at in zip(noises, places, strict=True):
            transfer = channel_transfer(kraus(noise.channel, noise.strengths))
            product = apply_to_digits(transfer[None], at, product)
        known[key] = product[0]
    return NoisyStep(wires, gate, known[key])


def fuse(steps: Sequence[NoisyStep], most: int = WINDOW_WIRES) -> list[Window]:
    """Group steps into windows whose product is the product of the steps.

    Steps on one wire go with the next on two wires that touches it, or with the last one. Then
    each window takes the first link left and every later one that fits, unless one that was passed
    over touches a wire of it before. Links that share no wire commute, so a link may be taken
    before those that were passed over as long as it touches none of their wires; nothing else is
    assumed about gates or channels.

    Args:
        steps: In the order in which they act.
        most: Largest number of wires of a window.
    """
    left = [(link, _wires(link)) for link in _links(steps)]
    windows: list[Window] = []
    while left:
        wires = left[0][1]
        passed: set[int] = set()
        taken: list[NoisyStep] = []
        rest: list[tuple[list[NoisyStep], dict[int, None]]] = []
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
    """Put each window's wires in the order that `evolve` finds on its way back.

    The order of the axes of a window's matrix is free. `evolve` leaves the wires of the window that
    it applied last in front; this follows it from the last window to the first, and numbers each
    window's wires as they then lie. Where vectors are on all wires, the axes of a window, moved to
    the end, are then in the order of the matrix's columns already.
    """
    order = sorted({wire for window in windows for wire in window.wires})
    ordered: list[Window] = []
    for window in reversed(windows):
        wires = tuple(wire for wire in order if wire in window.wires)
        ordered.append(replace(window, wires=wires))
        order = [*wires, *(wire for wire in order if wire not in wires)]
    return ordered[::-1]


def _links(steps: Iterable[NoisyStep]) -> list[list[NoisyStep]]:
    """Steps on two wires in order, each with the steps on one wire that can go with it."""
    links: list[list[NoisyStep]] = []
    # Steps on a wire that no two-wire step has come by since, and the last link on each wire.
    waiting: dict[int, list[NoisyStep]] = defaultdict(list)
    last: dict[int, list[NoisyStep]] = {}
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


def _wires(link: Iterable[NoisyStep]) -> dict[int, None]:
    """The wires of some steps, each once, in order of appearance."""
    return dict.fromkeys(wire for step in link for wire in step.wires)
