"""The kernel that propagates a batch of states through a circuit's blocks, forward and backward.

The memory layout of a state is wire x .. x wire x sample, with the wires in the order of a
`PlacedBlock` and the first of them the most significant bit. A block is one batched product of
small matrices with long rows. Its output has the block's wires at the end, so that the next block's
wires come first without being moved:

    before    dense x other x sample, read as   other x dense x sample (a view)
    product   other x (dense x dense)  times    other x dense x sample
    after     other x dense x sample, written as it comes: the block's wires are last

The gradient with respect to a complex number a + ib is dL/da + i dL/db, as in PyTorch. For y = M x
and g such a gradient, dL/dx = M^+ g and dL/dM = g x^+. With conjugates of gradients in their place,
g* = conj(g), the two become M^T g* and g* x^T. So g* is what travels backwards here: then only
transposes are needed, never a conjugate copy of a large state.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from qcmfm.quantum.blocks import PlacedBlock


class Buffer:
    """Memory for the states of a batch, amplitude x sample, with the views that blocks need.

    Args:
        state: The memory.
        side: Number of states of a block's dense wires.
    """

    def __init__(self, state: Tensor, side: int):
        self.state = state
        dim, columns = state.shape
        # Both are other wires x dense wires x sample, and samples lie side by side. Before a block
        # its dense wires are the first axes in memory, so that the view is not contiguous.
        self.before_block = state.view(side, dim // side, columns).transpose(0, 1)
        self.after_block = state.view(dim // side, side, columns)


class Sweep:
    """Applies the blocks of a circuit to states, forward and backward.

    Args:
        steps: Layout of the wires of each block.
        n_qubits: Number of wires.
    """

    def __init__(self, steps: Sequence[PlacedBlock], n_qubits: int):
        self.steps = list(steps)
        self.n_qubits = n_qubits
        self.dim = 2**n_qubits
        self.order = steps[-1].order_after if steps else tuple(range(n_qubits))
        self.side = 2 ** len(steps[0].dense) if steps else 1
        # Index of the matrix for every block and every state of its other wires.
        self._places = torch.tensor(
            [
                index * step.controls + control
                for index, step in enumerate(steps)
                for control in step.control_states
            ],
            dtype=torch.long,
        )

    def spread(self, matrices: Tensor) -> Tensor:
        """The matrix for each state of the other wires: block x other x row x column.

        Args:
            matrices: Block x control x row x column.
        """
        flat = matrices.flatten(0, 1).index_select(0, self._places.to(matrices.device))
        return flat.view(-1, self.dim // self.side, self.side, self.side)

    def gathered(self, spread: Tensor, matrices: Tensor) -> Tensor:
        """Sums over the other wires' states that share a matrix: the gradient of `spread`."""
        total = torch.zeros_like(matrices)
        places = self._places.to(matrices.device)
        total.view(-1, self.side**2).index_add_(0, places, spread.view(-1, self.side**2))
        return total

    def forward(self, buffers: list[Buffer], spread: Sequence[Tensor]) -> Tensor:
        """Propagate the state in the first buffer through all blocks.

        Args:
            buffers: One for the input of every block, one for the last output, and a spare one,
                with which others may be swapped. Without a gradient, three suffice.
            spread: Output of `spread`, block by block.

        Returns:
            The last output, with its wires in the order of `self.order`.
        """
        turns = len(buffers) - 1
        for index, (step, matrix) in enumerate(zip(self.steps, spread, strict=True)):
            now, after = index % turns, (index + 1) % turns
            if step.moved is not None:
                self.move(buffers[now].state, step.moved, buffers[-1].state)
                buffers[now], buffers[-1] = buffers[-1], buffers[now]
            torch.bmm(matrix, buffers[now].before_block, out=buffers[after].after_block)
        return buffers[len(self.steps) % turns].state

    def backward(
        self,
        buffers: Sequence[Buffer],
        spread: Sequence[Tensor],
        gradient: Buffer,
        spare: Buffer,
        found: Sequence[Tensor],
    ) -> None:
        """Propagate conjugate gradients back through all blocks.

        Args:
            buffers: As `forward` left them, with one for the input of every block.
            spread: As given to `forward`.
            gradient: Conjugate gradient of the last output; overwritten by that of the first input.
            spare: Another buffer of the same size.
            found: Output for the conjugate gradients of `spread`.
        """
        for index in reversed(range(len(self.steps))):
            step = self.steps[index]
            outgoing, state = gradient.after_block, buffers[index].before_block
            torch.bmm(outgoing, state.transpose(1, 2), out=found[index])
            torch.bmm(spread[index].transpose(1, 2), outgoing, out=spare.after_block)
            if step.moved is None:
                gradient.before_block.copy_(spare.after_block)
            else:
                before = [step.order[step.moved.index(axis)] for axis in range(self.n_qubits)]
                axes = [step.order_after.index(wire) for wire in before]
                self.move(spare.state, axes, gradient.state)

    def move(self, state: Tensor, axes: Sequence[int], target: Tensor) -> None:
        """Copy a state with its wires in another order.

        Args:
            state: Amplitude x sample.
            axes: Current position of each wire of the target.
            target: Output of the same shape.
        """
        shape = [2] * self.n_qubits + [-1]
        target.view(shape).copy_(state.view(shape).permute(*axes, self.n_qubits))
