"""Evolution through a noisy circuit in the basis of Pauli strings.

The picture. A channel E with Kraus operators K_k takes a state to sum_k K_k rho K_k^+. Since
Tr(O E(rho)) = Tr(E*(O) rho), one may as well leave the state alone and take the observable through
the adjoint E*(O) = sum_k K_k^+ O K_k, the last channel of the circuit first. An observable that has
arrived at the start of the circuit gives the expectation value of any number of input states, so
the noisy circuit is gone through once and not once per sample.

The basis. An operator on n wires is the real vector of its 4^n coefficients c_P in sum_P c_P P,
with P a string of I, X, Y, Z; the digits 0 to 3 of its number, wire 0 first, most significant. A
window is a real matrix R on the digits of its wires (`pauli_transfer`): states' values move by R,
coefficients of observables by its transpose, which is what the caller then hands over. See
Greenbaum, arXiv:1509.02921, for the matrices.

The layout. Vectors are an array of shape vector x 4 x .. x 4, and `Move` names its axes: a number
of a wire, or `_VECTOR`. A window is one matrix product. Its wires are moved to the end first, so
that the vectors are a matrix of `others x window`; the product R (others x window)^T has the
window's wires in front. Nothing is put back after it: the next window starts from that order, and
only `evolve` restores wires 0, 1, .. in the end.

What is left out. A product of Pauli Z starts on a few wires and is the identity on all others.
Channels keep the trace, so their adjoints keep the identity: E*(1) = 1. A wire that no window has
connected to the observable yet therefore has digit 0 alone and needs no axis, and windows that the
observable does not reach are skipped.

Fresh memory costs as much time as the products, so a `Scratch` is used again and again. For a
gradient the vectors before every window are kept where there is room; where not, the way is gone
once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

KEPT = 2**28
"""Bytes of vectors that are kept for a gradient: 256 MiB."""

_VECTOR = -1
"""Stands for the axis over vectors, among wires."""


@dataclass(frozen=True)
class Move:
    """What one window does with the axes of vectors.

    Args:
        window: Its number.
        columns: Its wires as its matrix has them; those in `free` are the identity before.
        free: Wires that the vectors do not reach yet.
        before: Axes before the move: wires, and `_VECTOR`.
        arranged: The same axes, the window's last.
        after: Axes after the move, the window's first.
    """

    window: int
    columns: tuple[int, ...]
    free: tuple[int, ...]
    before: tuple[int, ...]
    arranged: tuple[int, ...]
    after: tuple[int, ...]

    def used(self, matrix: Float[Tensor, "row column"]) -> Tensor:
        """The part of the window's matrix that counts, its columns as in `arranged`.

        It is a view: row x one axis for each wire that is reached.

        Args:
            matrix: The window's, rows and columns numbered by strings on `columns`.
        """
        # On a free wire the vectors are the identity, digit 0, so the other columns meet zeros.
        digits = matrix.view(len(matrix), *[4] * len(self.columns))
        digits = digits[:, *(0 if wire in self.free else slice(None) for wire in self.columns)]
        reached = [wire for wire in self.columns if wire not in self.free]
        return digits.permute(0, *(1 + reached.index(w) for w in self.arranged[-len(reached) :]))


def plan(
    wires: Sequence[int], windows: Sequence[tuple[int, ...]], n_qubits: int
) -> tuple[list[Move], tuple[int, ...]]:
    """How vectors on some wires go through windows.

    Args:
        wires: Where the vectors are not the identity.
        windows: The wires of each window, in the order of application.
        n_qubits: Number of all wires.

    Returns:
        The moves of those windows that do anything, and the order of the axes in the end.
    """
    order = (_VECTOR, *wires)
    moves: list[Move] = []
    for number, window in enumerate(windows):
        reached = tuple(label for label in order if label in window)
        if not reached:
            continue
        # With `_VECTOR`, which no window contains.
        others = tuple(label for label in order if label not in window)
        free = tuple(wire for wire in window if wire not in reached)
        after = (*window, *others)
        moves.append(Move(number, window, free, order, (*others, *reached), after))
        order = after
    return moves, order


class Scratch:
    """Memory that is used again by every evolution of one size.

    Args:
        like: A tensor of the same kind.
        size: Numbers in the largest vectors.
        n_windows: Number of moves.
        times: How many evolutions there will be before the first gradient.
    """

    def __init__(self, like: Tensor, size: int, n_windows: int, times: int):
        self.arranged = like.new_empty(size)
        self.moved = like.new_empty(size)
        self.has_room = size * n_windows * times * like.element_size() <= KEPT
        self._shape = (n_windows, size)
        self._again: Tensor | None = None

    def fresh(self) -> Float[Tensor, "window number"]:
        """Room for the vectors before every window."""
        return self.arranged.new_empty(self._shape)

    def again(self) -> Float[Tensor, "window number"]:
        """The same room every time, for going the way once more."""
        if self._again is None:
            self._again = self.fresh()
        return self._again


def evolve(
    vectors: Float[Tensor, "vector string"],
    wires: Sequence[int],
    windows: Sequence[tuple[int, ...]],
    matrices: Sequence[Float[Tensor, "row column"]],
    n_qubits: int,
    scratch: Scratch,
) -> Float[Tensor, "vector full"]:
    """Apply one matrix after the other to vectors of Pauli strings.

    Args:
        vectors: On some wires; on the others they are the identity. For Z on wire 3 that is
            (0, 0, 0, 1) on the wires (3,).
        wires: Which wires those are.
        windows: The wires of each matrix, in the order of application.
        matrices: They keep the identity, if `wires` are not all there are.
        n_qubits: Number of wires in the result.
        scratch: Memory for the steps.
    """
    moves, order = plan(wires, windows, n_qubits)
    vectors = _Evolution.apply(vectors, moves, scratch, *matrices)
    missing = tuple(wire for wire in range(n_qubits) if wire not in order)
    # A wire that was never reached: the identity, digit 0, and three zeros.
    for _ in missing:
        vectors = torch.nn.functional.pad(vectors.reshape(-1, 1), (0, 3))
    everything = _axes(vectors, (*order, *missing), (_VECTOR, *range(n_qubits)))
    return everything.reshape(-1, 4**n_qubits)


class _Evolution(torch.autograd.Function):
    """The moves of a plan, with a gradient that keeps nothing in between.

    With A the vectors before a move, arranged as others x window, the move is B = R A^T. From the
    slope dL/dB follow dL/dR = (dL/dB) A and dL/dA = (dL/dB)^T R; everything is real. Autograd
    would keep every A and every B in fresh memory.
    """

    @staticmethod
    def forward(
        ctx: Any, vectors: Tensor, moves: list[Move], scratch: Scratch, *matrices: Tensor
    ) -> Tensor:
        ctx.save_for_backward(vectors, *matrices)
        ctx.moves, ctx.scratch = moves, scratch
        ctx.kept = scratch.fresh() if any(ctx.needs_input_grad) and scratch.has_room else None
        return _moved(vectors, moves, scratch, matrices, ctx.kept).clone()

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, slope: Tensor
    ) -> tuple[Tensor | None, ...]:
        vectors, *matrices = ctx.saved_tensors
        moves, scratch = ctx.moves, ctx.scratch
        room = ctx.kept
        if room is None:
            room = scratch.again()
            _moved(vectors, moves, scratch, matrices, room)
        slopes: list[Tensor | None] = [None] * len(matrices)
        for step, move in reversed(list(enumerate(moves))):
            matrix = matrices[move.window]
            used = move.used(matrix)
            flat = used.reshape(len(matrix), -1)
            above = slope.reshape(len(matrix), -1)
            kept = room[step, : above.shape[1] * flat.shape[1]].view(-1, flat.shape[1])
            of_matrix = torch.zeros_like(matrix)
            move.used(of_matrix).copy_((above @ kept).view(used.shape))
            slopes[move.window] = of_matrix
            # `slope` may lie in `moved`; only the product is allowed to be written there.
            below = torch.mm(above.T, flat, out=scratch.arranged[: kept.numel()].view_as(kept))
            back = _axes(below, move.arranged, move.before, len(vectors))
            slope = scratch.moved[: back.numel()].view(back.shape).copy_(back)
        return slope.reshape(vectors.shape).clone(), None, None, *slopes


def _moved(
    vectors: Tensor,
    moves: Sequence[Move],
    scratch: Scratch,
    matrices: Sequence[Tensor],
    kept: Tensor | None = None,
) -> Tensor:
    """Vectors after all moves, in scratch memory."""
    count = len(vectors)
    for step, move in enumerate(moves):
        matrix = matrices[move.window]
        used = move.used(matrix).reshape(len(matrix), -1)
        # The window's wires come last on the way in and first on the way out: the fastest product.
        arranged = _axes(vectors, move.before, move.arranged, count)
        room = scratch.arranged if kept is None else kept[step]
        before = room[: arranged.numel()].view(arranged.shape).copy_(arranged)
        before = before.view(-1, used.shape[1])
        after = scratch.moved[: len(matrix) * len(before)].view(len(matrix), -1)
        vectors = torch.mm(used, before.T, out=after)
    return vectors


def _axes(
    vectors: Tensor, order: Sequence[int], wanted: Sequence[int], count: int | None = None
) -> Tensor:
    """A view of vectors with their axes in another order."""
    rows = vectors.numel() // 4 ** (len(order) - 1) if count is None else count
    split = vectors.view([rows if label == _VECTOR else 4 for label in order])
    return split.permute([order.index(label) for label in wanted])
