"""Autograd functions of a circuit on a batch, with gradients from the kernel in `sweep`."""

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from jaxtyping import Complex, Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from qcmfm.quantum.sweep import Buffer, Sweep

COLUMNS = 256
"""Number of samples that pass through all blocks together, so that their states fit into the cache.

At 10 qubits their states take 2 MiB in complex64. Columns are independent of each other, so slicing
a batch does not change the result. Larger slices do not fit into the cache, and the operating
system has to hand out their memory page by page.
"""

KEPT_BYTES = 2**28
"""Memory for the states between blocks; above it, they are recomputed for the gradient."""


class ExpectationValues(torch.autograd.Function):
    """Weighed sums of the final probabilities: expectation values.

    Arguments: real amplitudes (sample x amplitude), matrices from `BlockMatrices`, signs
    (amplitude x observable, with wires in the order of `sweep.order`) and the kernel.
    """

    @staticmethod
    def forward(
        ctx: Any,
        amplitudes: Float[Tensor, "batch amplitude"],
        matrices: Complex[Tensor, "block control row column"],
        signs: Float[Tensor, "amplitude observable"],
        sweep: Sweep,
    ) -> Float[Tensor, "batch observable"]:
        """One sum per sample and column of `signs`."""
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
    """The state after all blocks (sample x amplitude); arguments as above, without signs."""

    @staticmethod
    def forward(
        ctx: Any,
        amplitudes: Float[Tensor, "batch amplitude"],
        matrices: Complex[Tensor, "block control row column"],
        sweep: Sweep,
    ) -> Complex[Tensor, "batch amplitude"]:
        """The final states, with wires in ascending order."""
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
    """Run the kernel slice by slice and save what the gradient needs."""
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
    """Gradients of amplitudes and matrices; `begin` computes those of the final states."""
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
    """Buffers for the states of some samples, from a pool of reused memory.

    The operating system hands out fresh memory page by page, which takes about as long as the
    matrix products themselves.

    Args:
        n_buffers: Number of buffers.
        sweep: The kernel that uses them.
        columns: Number of samples.
        like: A tensor of the same dtype on the same device.
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
