"""Exact, batched, differentiable simulation of a `Circuit` in PyTorch.

There are two methods, and the faster one is used: either every sample's state passes through the
circuit's blocks, or the circuit's unitary is built once, column by column, and applied to all
samples as one real matrix product.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from qcmfm.quantum.block_matrices import BlockMatrices
from qcmfm.quantum.blocks import fuse, place
from qcmfm.quantum.checks import (
    LENGTH_TOLERANCE,
    require_finite,
    require_sizes,
    require_unit_length,
)
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.gates import Constant, constant
from qcmfm.quantum.gradients import ExpectationValues, FinalState
from qcmfm.quantum.sweep import Sweep

BLOCK_COST = 32
"""Measured cost of a block per sample, in units of one amplitude's product with the unitary."""


@dataclass
class _Compiled:
    """Cached values that depend on the weights alone.

    Args:
        weights: The weights that they were computed for.
        matrices: Matrices of the blocks.
        unitary: Output of `Simulator._real_unitary`, once it pays off.
    """

    weights: Tensor
    matrices: Tensor
    unitary: Tensor | None = None


class Simulator(torch.nn.Module):
    """Runs a circuit on batches of real amplitudes.

    Weights are passed to each call. In `eval` mode without gradients of the weights, everything
    that depends on the weights alone is cached and reused if the next call has exactly the same
    weights.

    Args:
        circuit: The circuit.
    """

    def __init__(self, circuit: Circuit):
        super().__init__()
        self.circuit = circuit
        blocks = fuse(circuit)
        steps = place(blocks, circuit.n_qubits)
        self._matrices = BlockMatrices(blocks, steps)
        self._sweep = Sweep(steps, circuit.n_qubits)
        signs = observable_signs(circuit)
        # The last column adds up all probabilities, which gives the squared norm of the input.
        signs = torch.cat([signs, torch.ones(circuit.dim, 1, dtype=signs.dtype)], 1)
        rolled = signs.reshape([2] * circuit.n_qubits + [-1])
        rolled = rolled.permute(*self._sweep.order, circuit.n_qubits).reshape(signs.shape)
        self._rolled_signs = Constant(rolled.contiguous())
        self._signs_of_parts = Constant(signs.repeat_interleave(2, 0))
        self._compiled: _Compiled | None = None

    def expectations(
        self,
        amplitudes: Float[Tensor, "batch amplitude"],
        weights: Float[Tensor, " weight"],
        checked: bool = True,
    ) -> Float[Tensor, "batch observable"]:
        """Expectation value, between -1 and 1, of every observable for every sample.

        Args:
            amplitudes: Real, each row of norm 1; float32 or float64 sets the precision.
            weights: Angles in radians.
            checked: Whether to refuse rows whose norm is not 1. Otherwise the values of a row are
                scaled by its squared norm.

        Raises:
            CircuitError: Amplitudes or weights are invalid.
        """
        require_sizes(self.circuit, amplitudes, weights)
        weights = weights.to(amplitudes)
        matrices, unitary = self._for(weights, len(amplitudes))
        if unitary is None:
            signs = self._rolled_signs.cast_like(amplitudes)
            values = ExpectationValues.apply(amplitudes, matrices, signs, self._sweep)
        else:
            values = (amplitudes @ unitary).square() @ self._signs_of_parts.cast_like(amplitudes)
        if checked:
            _require_length_one(values[:, -1], amplitudes, weights)
        return values[:, :-1]

    def state(
        self, amplitudes: Float[Tensor, "batch amplitude"], weights: Float[Tensor, " weight"]
    ) -> Complex[Tensor, "batch amplitude"]:
        """Final state of each sample; arguments as in `expectations`."""
        require_sizes(self.circuit, amplitudes, weights)
        weights = weights.to(amplitudes)
        state = FinalState.apply(amplitudes, self._matrices(weights), self._sweep)
        _require_length_one(
            torch.linalg.vector_norm(state.detach(), dim=1) ** 2, amplitudes, weights
        )
        return state

    def unitary(self, weights: Float[Tensor, " weight"]) -> Complex[Tensor, "amplitude amplitude"]:
        """The unitary matrix of the circuit."""
        basis = torch.eye(self.circuit.dim, dtype=weights.dtype, device=weights.device)
        return self.state(basis, weights).T

    def prefers_unitary(self, batch: int, built: bool = False) -> bool:
        """Whether a batch is simulated faster with the unitary.

        Building it costs as much as simulating as many samples as there are amplitudes. For a
        two-stage circuit of 4 layers it pays off from 35 samples at 5 qubits, 73 at 6, 163 at 7,
        403 at 8 and 1,423 at 9, and never at 10. This was measured without gradients. With them,
        the break-even point is slightly higher; up to twice these numbers, about a tenth of the
        time is lost.

        Args:
            batch: Number of samples.
            built: Whether the unitary already exists.
        """
        saved = (batch - (0 if built else self.circuit.dim)) * len(self._sweep.steps) * BLOCK_COST
        return saved > batch * self.circuit.dim

    def _for(self, weights: Tensor, batch: int) -> tuple[Tensor, Tensor | None]:
        """Matrices of the blocks and, if it is faster, the unitary."""
        if self.training or (torch.is_grad_enabled() and weights.requires_grad):
            matrices = self._matrices(weights)
            return matrices, self._real_unitary(matrices) if self.prefers_unitary(batch) else None
        known = self._compiled
        again = known is not None and _same(known.weights, weights)
        if known is None or not again:
            # Tensors from inference mode could not be part of a gradient later.
            with torch.inference_mode(False), torch.no_grad():
                own = weights.clone()
                self._compiled = known = _Compiled(own, self._matrices(own))
        # A second call with the same weights makes further ones likely, so the unitary is built.
        if self.prefers_unitary(batch, built=again or known.unitary is not None):
            if known.unitary is None:
                with torch.inference_mode(False), torch.no_grad():
                    known.unitary = self._real_unitary(known.matrices)
            return known.matrices, known.unitary
        return known.matrices, None

    def _real_unitary(self, matrices: Tensor) -> Float[Tensor, "amplitude part"]:
        """The unitary's transpose, with real and imaginary parts of a column side by side."""
        basis = torch.eye(self.circuit.dim, dtype=matrices.real.dtype, device=matrices.device)
        columns = FinalState.apply(basis, matrices, self._sweep)
        return torch.view_as_real(columns).flatten(1)


def _same(known: Tensor, weights: Tensor) -> bool:
    kind = (known.dtype, known.device) == (weights.dtype, weights.device)
    return kind and torch.equal(known, weights)


def _require_length_one(squares: Tensor, amplitudes: Tensor, weights: Tensor) -> None:
    """Refuse samples whose norm is not 1; `squares` are the squared norms from the simulation."""
    if not len(squares):
        return
    low, high = (extreme.item() for extreme in torch.aminmax(squares.detach()))
    # This form of the condition is also true for NaN.
    if not (low >= 1 - LENGTH_TOLERANCE and high <= 1 + LENGTH_TOLERANCE):
        require_finite(amplitudes, weights)
        require_unit_length(amplitudes)


@constant
def _bits(n_qubits: int) -> Tensor:
    """Bit of every wire in every basis state: amplitude x wire."""
    states = torch.arange(2**n_qubits)
    return states[:, None] >> torch.arange(n_qubits - 1, -1, -1) & 1


def observable_signs(circuit: Circuit) -> Float[Tensor, "amplitude observable"]:
    """Eigenvalue, 1 or -1, of every observable in every basis state."""
    return z_signs(circuit.n_qubits, circuit.observables)


def z_signs(
    n_qubits: int, observables: Iterable[Sequence[int]]
) -> Float[Tensor, "amplitude observable"]:
    """Eigenvalue, 1 or -1, of products of Pauli Z in every basis state.

    Args:
        n_qubits: Number of wires.
        observables: The wires of each product.
    """
    bits = _bits(n_qubits)
    columns = [1 - 2 * (bits[:, list(wires)].sum(1) % 2) for wires in observables]
    return torch.stack(columns, 1).double() if columns else torch.empty(2**n_qubits, 0).double()
