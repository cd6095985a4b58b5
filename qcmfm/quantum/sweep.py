"""The kernel that takes a batch of states through a circuit's blocks, with gradients of its own.

A state lies in memory as wire x .. x wire x sample, the wires in the order that a `Step` names. A
block is one batched product of small matrices with long rows, and its output has the block's wires
at the end, so that the next block's wires come first without being moved.

The gradient with respect to a complex number a + ib is dL/da + i dL/db. Its conjugate is what
travels backwards here: then only transposes are needed, never a conjugate copy of a large state.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import torch
from jaxtyping import Complex, Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from qcmfm.quantum.blocks import Step

COLUMNS = 256
"""Samples that are taken through all blocks together, so that their states stay in the cache."""

KEPT_BYTES = 2**28
"""Memory for the states between blocks; beyond it, they are computed again for the gradient."""


class Buffer:
    """Memory for a batch's states, amplitude x sample, and the ways in which blocks look at it.

    Args:
        state: The memory.
        side: Number of states of a block's dense wires.
    """

    def __init__(self, state: Tensor, side: int):
        self.state = state
        dim, columns = state.shape
        # Both are other wires x dense wires x sample, and samples lie side by side.
        self.before_block = state.view(side, dim // side, columns).transpose(0, 1)
        self.after_block = state.view(dim // side, side, columns)


class Sweep:
    """Blocks applied to states, forwards and backwards.

    Args:
        steps: Where the wires of each block lie.
        n_qubits: Number of wires.
    """

    def __init__(self, steps: Sequence[Step], n_qubits: int):
        self.steps = list(steps)
        self.n_qubits = n_qubits
        self.dim = 2**n_qubits
        self.order = steps[-1].order_after if steps else tuple(range(n_qubits))
        self.side = 2 ** len(steps[0].dense) if steps else 1
        # For every block and state of its other wires, the place of its matrix among all.
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
        """Take the state in the first buffer through all blocks.

        Args:
            buffers: For the input of every block, the last output, and one to spare, with which
                others may change places. Three do without a gradient.
            spread: As `spread` makes it, block by block.

        Returns:
            The last output, its wires in the order `self.order`.
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
        """Take conjugate gradients back through all blocks.

        Args:
            buffers: As `forward` left them, with one for the input of every block.
            spread: As given to `forward`.
            gradient: Conjugate gradient of the last output; it becomes that of the first input.
            spare: Another buffer of that size.
            found: Where the conjugate gradients of `spread` go.
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
            axes: Where each wire of the target is now.
            target: Where to.
        """
        shape = [2] * self.n_qubits + [-1]
        target.view(shape).copy_(state.view(shape).permute(*axes, self.n_qubits))


class Readout(torch.autograd.Function):
    """Weighed sums of the final probabilities: expectation values.

    Its arguments are real amplitudes (sample x amplitude), matrices as `BlockMatrices` builds them,
    signs (amplitude, wires in the order `sweep.order`, x observable) and the kernel.
    """

    @staticmethod
    def forward(
        ctx: Any,
        amplitudes: Float[Tensor, "batch amplitude"],
        matrices: Complex[Tensor, "block control row column"],
        signs: Float[Tensor, "amplitude observable"],
        sweep: Sweep,
    ) -> Float[Tensor, "batch observable"]:
        """One sum per sample and column of the signs."""
        found = amplitudes.new_empty(len(amplitudes), signs.shape[1])

        def finish(last: Tensor, samples: slice) -> None:
            sums = signs.T @ _parts(last).square()
            torch.sum(sums.view(len(sums), -1, 2).transpose(0, 1), 2, out=found[samples])

        ctx.signs = signs
        _forward(ctx, amplitudes, matrices, sweep, finish)
        return found

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Float[Tensor, "batch observable"]
    ) -> tuple[Tensor | None, Tensor | None, None, None]:
        """Gradients of the amplitudes and the matrices."""

        def begin(last: Tensor, samples: slice, gradient: Tensor) -> None:
            # 2 conj(state) dL/dp, with real and imaginary parts side by side.
            doubled = 2 * upstream[samples]
            both = torch.stack([doubled, -doubled], 2).transpose(0, 1).flatten(1)
            torch.mm(ctx.signs, both, out=_parts(gradient)).mul_(_parts(last))

        return *_backward(ctx, begin), None, None


class FinalState(torch.autograd.Function):
    """The state, sample x amplitude, after all blocks; arguments as above, without signs."""

    @staticmethod
    def forward(
        ctx: Any,
        amplitudes: Float[Tensor, "batch amplitude"],
        matrices: Complex[Tensor, "block control row column"],
        sweep: Sweep,
    ) -> Complex[Tensor, "batch amplitude"]:
        """The states, their wires in order."""
        found = matrices.new_empty(len(amplitudes), sweep.dim)
        in_order = [sweep.order.index(wire) for wire in range(sweep.n_qubits)]

        def finish(last: Tensor, samples: slice) -> None:
            shape = [2] * sweep.n_qubits
            wires = last.view(*shape, -1).permute(sweep.n_qubits, *in_order)
            found[samples].view(-1, *shape).copy_(wires)

        _forward(ctx, amplitudes, matrices, sweep, finish)
        return found

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Complex[Tensor, "batch amplitude"]
    ) -> tuple[Tensor | None, Tensor | None, None]:
        """Gradients of the amplitudes and the matrices."""
        sweep: Sweep = ctx.sweep

        def begin(last: Tensor, samples: slice, gradient: Tensor) -> None:
            sweep.move(upstream[samples].T.conj().contiguous(), sweep.order, gradient)

        return *_backward(ctx, begin), None


def _parts(state: Complex[Tensor, "amplitude sample"]) -> Float[Tensor, "amplitude part"]:
    """Real and imaginary parts side by side, as a view."""
    return torch.view_as_real(state).flatten(1)


def _forward(
    ctx: Any,
    amplitudes: Tensor,
    matrices: Tensor,
    sweep: Sweep,
    finish: Callable[[Tensor, slice], None],
) -> None:
    """Run the kernel on a few samples at a time, and note what the gradient needs."""
    n_buffers = len(sweep.steps) + 2
    needed = any(ctx.needs_input_grad)
    keep = needed and n_buffers * amplitudes.numel() * matrices.element_size() <= KEPT_BYTES
    spread = sweep.spread(matrices)
    runs: list[_Run] = []
    run = None
    for samples in _slices(len(amplitudes)):
        part = amplitudes[samples]
        if keep or run is None or run.columns != len(part):
            run = _Run(n_buffers if keep else 3, sweep, len(part), matrices)
        run.buffers[0].state.copy_(part.T)
        finish(sweep.forward(run.buffers, spread.unbind()), samples)
        if keep:
            runs.append(run)
    if needed:
        ctx.sweep, ctx.runs = sweep, runs
        ctx.save_for_backward(amplitudes, matrices, spread)


def _backward(
    ctx: Any, begin: Callable[[Tensor, slice, Tensor], None]
) -> tuple[Tensor | None, Tensor | None]:
    """Gradients with respect to amplitudes and matrices; `begin` fills in those of the output."""
    amplitudes, matrices, spread = ctx.saved_tensors
    sweep: Sweep = ctx.sweep
    inputs = torch.empty_like(amplitudes) if ctx.needs_input_grad[0] else None
    total = torch.zeros_like(matrices)
    found = torch.empty_like(spread)
    work, again = None, None
    for index, samples in enumerate(_slices(len(amplitudes))):
        part = amplitudes[samples]
        if work is None or work.columns != len(part):
            work = _Run(2, sweep, len(part), matrices)
        if ctx.runs:
            buffers = ctx.runs[index].buffers
        else:
            if again is None or again.columns != len(part):
                again = _Run(len(sweep.steps) + 2, sweep, len(part), matrices)
            buffers = again.buffers
            buffers[0].state.copy_(part.T)
            sweep.forward(buffers, spread.unbind())
        gradient, spare = work.buffers
        begin(buffers[len(sweep.steps)].state, samples, gradient.state)
        sweep.backward(buffers, spread.unbind(), gradient, spare, found.unbind())
        total += sweep.gathered(found, matrices)
        if inputs is not None:
            inputs[samples] = gradient.state.real.T
    return inputs, torch.conj_physical(total)


def _slices(batch: int) -> list[slice]:
    return [slice(start, min(start + COLUMNS, batch)) for start in range(0, batch, COLUMNS)]


class _Run:
    """Buffers for some samples' states, from memory that is used again and again.

    Fresh memory is handed out by the operating system page by page, which takes about as long as
    the products themselves.

    Args:
        n_buffers: How many.
        sweep: Whose states they are for.
        columns: Number of samples.
        like: A tensor of the same type on the same device.
    """

    _free: ClassVar[dict[object, list[list[Buffer]]]] = {}

    def __init__(self, n_buffers: int, sweep: Sweep, columns: int, like: Tensor):
        self.columns = columns
        shape = (n_buffers, sweep.dim, columns)
        self._key = (shape, sweep.side, like.dtype, like.device)
        try:
            self.buffers = self._free[self._key].pop()
        except (KeyError, IndexError):
            with torch.inference_mode(False):
                memory = torch.empty(shape, dtype=like.dtype, device=like.device)
                self.buffers = [Buffer(state, sweep.side) for state in memory]

    def __del__(self) -> None:
        everything = [self.buffers, *(held for some in list(self._free.values()) for held in some)]
        if sum(buffer.state.nbytes for held in everything for buffer in held) > 2 * KEPT_BYTES:
            self._free.clear()
        self._free.setdefault(self._key, []).append(self.buffers)
