"""Exact, batched, differentiable simulation of a `Circuit` in PyTorch.

Neighbouring gates are fused into blocks on a few wires; blocks of the same shape, such as those of
every layer, are built together; each block is then one matrix product over the whole batch. For a
large batch the circuit's unitary is built once and applied to all samples.
"""

import functools
from collections import defaultdict
from dataclasses import dataclass

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from qcmfm.quantum.circuit import Circuit, Gate

BLOCK_WIRES = 3


@dataclass(frozen=True)
class Block:
    """Gates that together touch few wires, and become one matrix.

    Args:
        wires: The wires, in order.
        gates: The gates, in the order in which they act.
    """

    wires: tuple[int, ...]
    gates: tuple[Gate, ...]

    @property
    def shape(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """What it has in common with the blocks that are built together with it."""
        place = {wire: index for index, wire in enumerate(self.wires)}
        return tuple((gate.name, tuple(place[w] for w in gate.wires)) for gate in self.gates)


def fuse(circuit: Circuit, block_wires: int = BLOCK_WIRES) -> list[Block]:
    """Group a circuit's gates into blocks whose product is the circuit.

    Each block takes the first gate left and every later gate that fits, unless a gate that was
    passed over acts on one of its wires before it.
    """
    left = list(circuit.gates)
    blocks: list[Block] = []
    while left:
        wires: list[int] = []
        passed: set[int] = set()
        taken: list[Gate] = []
        rest: list[Gate] = []
        for gate in left:
            new = [wire for wire in gate.wires if wire not in wires]
            if passed.isdisjoint(gate.wires) and len(wires) + len(new) <= max(
                block_wires, len(gate.wires) if not taken else 0
            ):
                wires += new
                taken.append(gate)
            else:
                passed.update(gate.wires)
                rest.append(gate)
        blocks.append(Block(tuple(wires), tuple(taken)))
        left = rest
    return blocks


class Simulator(torch.nn.Module):
    """Runs a circuit on batches of real amplitudes.

    Args:
        circuit: What to simulate.

    The weights are not held here: one simulator serves any weights.
    """

    _signs: Tensor

    def __init__(self, circuit: Circuit):
        super().__init__()
        self.circuit = circuit
        self.blocks = fuse(circuit)
        shapes: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for index, block in enumerate(self.blocks):
            shapes[block.shape].append(index)
        self._alike = list(shapes.values())
        self.register_buffer("_signs", observable_signs(circuit), persistent=False)

    def expectations(
        self,
        amplitudes: Float[Tensor, "batch amplitude"],
        weights: Float[Tensor, " weight"],
    ) -> Float[Tensor, "batch observable"]:
        """Expectation value, between -1 and 1, of every observable for every sample.

        Args:
            amplitudes: Real, each row of length 1; float32 or float64 sets the precision.
            weights: Angles in radians.
        """
        if self.prefers_unitary(len(amplitudes)):
            unitary = self.unitary(weights)
            real, imaginary = amplitudes @ unitary.real.T, amplitudes @ unitary.imag.T
        else:
            state = self.state(amplitudes, weights)
            real, imaginary = state.real, state.imag
        probabilities = real.square() + imaginary.square()
        return probabilities @ self._signs.to(probabilities.dtype)

    def prefers_unitary(self, batch: int) -> bool:
        """Whether so many samples are simulated faster through the unitary."""
        return batch > self.circuit.dim * max(1.0, self.circuit.dim / 256)

    def state(
        self, amplitudes: Float[Tensor, "batch amplitude"], weights: Float[Tensor, " weight"]
    ) -> Complex[Tensor, "batch amplitude"]:
        """The state that the circuit makes of each sample's amplitudes."""
        dtype = torch.complex128 if amplitudes.dtype == torch.float64 else torch.complex64
        n_qubits, batch = self.circuit.n_qubits, len(amplitudes)
        # The batch is the last axis, so that every block is one product with long rows.
        state = amplitudes.T.to(dtype).reshape([2] * n_qubits + [batch])
        order = list(range(n_qubits))
        for block, matrix in zip(
            self.blocks, self._matrices(weights.to(amplitudes.dtype)), strict=True
        ):
            others = [wire for wire in order if wire not in block.wires]
            state = state.permute([order.index(w) for w in (*block.wires, *others)] + [n_qubits])
            product = matrix @ state.reshape(len(matrix), -1)
            state = product.reshape([2] * n_qubits + [batch])
            order = [*block.wires, *others]
        state = state.permute([order.index(wire) for wire in range(n_qubits)] + [n_qubits])
        return state.reshape(self.circuit.dim, batch).T

    def unitary(self, weights: Float[Tensor, " weight"]) -> Complex[Tensor, "amplitude amplitude"]:
        """The matrix that the whole circuit is."""
        basis = torch.eye(self.circuit.dim, dtype=weights.dtype, device=weights.device)
        return self.state(basis, weights).T

    def _matrices(self, weights: Float[Tensor, " weight"]) -> list[Tensor]:
        """The matrix of every block; blocks of one shape are built together."""
        matrices: list[Tensor] = [torch.empty(0)] * len(self.blocks)
        for alike in self._alike:
            blocks = [self.blocks[index] for index in alike]
            built = _build(blocks, weights)
            for index, matrix in zip(alike, built.unbind(), strict=True):
                matrices[index] = matrix
        return matrices


def _build(
    blocks: list[Block], weights: Float[Tensor, " weight"]
) -> Complex[Tensor, "block row column"]:
    """Matrices of blocks that differ in their angles alone."""
    n_wires, count = len(blocks[0].wires), len(blocks)
    dtype = torch.complex128 if weights.dtype == torch.float64 else torch.complex64
    start = torch.eye(2**n_wires, dtype=dtype, device=weights.device)
    product = start.expand(count, -1, -1).reshape([count] + [2] * n_wires + [2**n_wires])
    for place, (name, wires) in enumerate(blocks[0].shape):
        slots = torch.tensor([block.gates[place].slots for block in blocks], device=weights.device)
        angles = weights[slots] if slots.numel() else weights.new_zeros(count, 0)
        product = _apply(gate_matrices(name, angles), wires, product)
    return product.reshape(count, 2**n_wires, 2**n_wires)


def _apply(matrices: Tensor, wires: tuple[int, ...], product: Tensor) -> Tensor:
    """Apply one gate per block: `product` is block x 2 x .. x 2 x column."""
    axes = [wire + 1 for wire in wires]
    others = [axis for axis in range(1, product.ndim) if axis not in axes]
    order = [0, *axes, *others]
    moved = product.permute(order)
    applied = matrices @ moved.reshape(len(product), 2 ** len(wires), -1)
    back = [order.index(axis) for axis in range(product.ndim)]
    return applied.reshape(moved.shape).permute(back)


def gate_matrices(
    name: str, angles: Float[Tensor, "gate parameter"]
) -> Complex[Tensor, "gate row column"]:
    """Matrices of gates of one kind.

    Args:
        name: A key of `circuit.PARAMETERS`.
        angles: Radians, in the order of the gate's parameters.
    """
    dtype = torch.complex128 if angles.dtype == torch.float64 else torch.complex64
    if name == "CNOT":
        cnot = torch.eye(4, dtype=dtype, device=angles.device)[[0, 1, 3, 2]]
        return cnot.expand(len(angles), 4, 4)
    half = angles / 2
    cos, sin = torch.cos(half), torch.sin(half)
    zero = torch.zeros_like(cos[:, 0])
    if name == "RY":
        c, s = cos[:, 0], sin[:, 0]
        return torch.stack([c, -s, s, c], -1).reshape(-1, 2, 2).to(dtype)
    if name == "CRX":
        c, s, one = cos[:, 0], sin[:, 0], torch.ones_like(zero)
        real = torch.diag_embed(torch.stack([one, one, c, c], -1))
        swap = torch.zeros(4, 4, dtype=angles.dtype, device=angles.device)
        swap[2, 3] = swap[3, 2] = 1
        return torch.complex(real, -s[:, None, None] * swap)
    if name == "Rot":
        c, s = cos[:, 1], sin[:, 1]
        plus, minus = half[:, 0] + half[:, 2], half[:, 0] - half[:, 2]
        real = torch.stack([c * plus.cos(), -s * minus.cos(), s * minus.cos(), c * plus.cos()], -1)
        imaginary = torch.stack(
            [-c * plus.sin(), -s * minus.sin(), -s * minus.sin(), c * plus.sin()], -1
        )
        return torch.complex(real, imaginary).reshape(-1, 2, 2)
    raise KeyError(name)


@functools.cache
def _bits(n_qubits: int) -> Tensor:
    """Bit of every wire in every basis state: amplitude x wire."""
    states = torch.arange(2**n_qubits)
    return states[:, None] >> torch.arange(n_qubits - 1, -1, -1) & 1


def observable_signs(circuit: Circuit) -> Float[Tensor, "amplitude observable"]:
    """Eigenvalue, 1 or -1, of every observable in every basis state."""
    bits = _bits(circuit.n_qubits)
    columns = [1 - 2 * (bits[:, list(wires)].sum(1) % 2) for wires in circuit.observables]
    return torch.stack(columns, 1).double()
