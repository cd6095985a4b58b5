"""Neighbouring gates fused into blocks, each one matrix on a few wires.

A block mixes the amplitudes of up to three *dense* wires. One further wire, the *control*, is only
looked at: no gate of the block changes it. So a ring of controlled gates becomes a spiral in which
three links (0-1, 1-2, 2-3) with all their rotations are two 8 x 8 matrices, one for each value of
wire 0; the next block takes 3-4, 4-5, 5-6. All blocks of a circuit are built together, and the
order of the wires rolls from block to block, so that those the next block needs come first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.gates import Constant, coefficients, constant, dense_wires, terms

DENSE = 3
"""Dense wires of a block; of 2, 3 and 4, measured, 3 take the least time per link of a ring."""


@dataclass(frozen=True)
class Block:
    """Gates that become one matrix per value of the control.

    Args:
        gates: In the order in which they act.
        dense: The wires whose amplitudes they mix.
        wires: All wires they act on.
    """

    gates: tuple[Gate, ...]
    dense: frozenset[int]
    wires: frozenset[int]

    @classmethod
    def of(cls, gates: Iterable[Gate]) -> "Block":
        """The block that these gates are."""
        gates = tuple(gates)
        dense = {wire for gate in gates for wire in dense_wires(gate)}
        return cls(gates, frozenset(dense), frozenset(w for gate in gates for w in gate.wires))

    def joined(self, other: "Block") -> "Block":
        """This block, then the other."""
        return Block(self.gates + other.gates, self.dense | other.dense, self.wires | other.wires)


def links(circuit: Circuit) -> list[Block]:
    """Every gate on two wires with the single-wire gates around it.

    A single-wire gate goes to that neighbour on its wire whose dense wire it is anyway, so that it
    costs nothing.
    """
    found: list[Block] = []
    last: dict[int, int] = {}
    waiting: dict[int, list[Gate]] = {wire: [] for wire in range(circuit.n_qubits)}
    for gate in circuit.gates:
        if len(gate.wires) == 1:
            waiting[gate.wires[0]].append(gate)
            continue
        before: list[Gate] = []
        for wire in gate.wires:
            singles, waiting[wire] = waiting[wire], []
            before_is_dense = wire in last and wire in found[last[wire]].dense
            if before_is_dense and wire not in dense_wires(gate):
                found[last[wire]] = found[last[wire]].joined(Block.of(singles))
            else:
                before += singles
            last[wire] = len(found)
        found.append(Block.of([*before, gate]))
    for wire, singles in waiting.items():
        if wire in last:
            found[last[wire]] = found[last[wire]].joined(Block.of(singles))
        elif singles:
            found.append(Block.of(singles))
    return found


def fuse(circuit: Circuit, dense: int = DENSE) -> list[Block]:
    """Group a circuit's gates into blocks whose product is the circuit.

    Each block takes the first link left and every later one that fits, unless a link that was
    passed over has to act before it. Links that only look at a wire they share may change places.
    """
    left = links(circuit)
    blocks: list[Block] = []
    while left:
        block = left[0]
        mixed: set[int] = set()
        touched: set[int] = set()
        rest: list[Block] = []
        for link in left[1:]:
            both = block.joined(link)
            free = touched.isdisjoint(link.dense) and mixed.isdisjoint(link.wires)
            if free and len(both.dense) <= dense and len(both.wires) <= dense + 1:
                block = both
            else:
                mixed |= link.dense
                touched |= link.wires
                rest.append(link)
        blocks.append(block)
        left = rest
    return blocks


@dataclass(frozen=True)
class Step:
    """Where a block's wires lie while it acts.

    Args:
        dense: In the order of the rows of its matrices.
        control: The wire that chooses the matrix; none where the register has three wires or fewer.
        order: All wires before the step, dense ones first; afterwards these are last.
        moved: Where each of these was after the last step, or None where nothing has to move.
    """

    dense: tuple[int, ...]
    control: int | None
    order: tuple[int, ...]
    moved: tuple[int, ...] | None

    @property
    def controls(self) -> int:
        """Number of matrices of the block."""
        return 1 if self.control is None else 2

    @property
    def control_states(self) -> list[int]:
        """Which of its matrices belongs to each state of the wires that are not dense."""
        others = self.order[len(self.dense) :]
        if self.control is None:
            return [0]
        shift = len(others) - 1 - others.index(self.control)
        return [state >> shift & 1 for state in range(2 ** len(others))]

    @property
    def order_after(self) -> tuple[int, ...]:
        """All wires after the step."""
        return self.order[len(self.dense) :] + self.dense


def place(blocks: Sequence[Block], n_qubits: int) -> list[Step]:
    """Choose dense wires and control of every block so that wires seldom have to move."""
    order = tuple(range(n_qubits))
    steps: list[Step] = []
    for block in blocks:
        dense, looked_at = set(block.dense), set(block.wires - block.dense)
        while len(dense) < min(DENSE, n_qubits):
            spare = looked_at if len(looked_at) > 1 else set(order) - dense
            wire = next(wire for wire in order if wire in spare)
            dense.add(wire)
            looked_at.discard(wire)
        first = tuple(wire for wire in order if wire in dense)
        others = tuple(wire for wire in order if wire not in dense)
        control = next(iter(looked_at), others[-1] if others else None)
        wanted = first + others
        moved = None if wanted == order else tuple(order.index(wire) for wire in wanted)
        step = Step(first, control, wanted, moved)
        steps.append(step)
        order = step.order_after
    return steps


class BlockMatrices:
    """Builds the matrices of all blocks at once, differentiably.

    Every gate is a sum of constant matrices weighed by functions of its angles; these constants are
    kept as matrices on the whole block, so that a block is a plain product of its gates.

    Args:
        blocks: What to build.
        steps: Where their wires lie.
    """

    def __init__(self, blocks: Sequence[Block], steps: Sequence[Step]):
        longest = max((len(block.gates) for block in blocks), default=1)
        levels = (longest - 1).bit_length()
        self.n_blocks, self.depth = len(blocks), 2**levels
        self.controls = steps[0].controls if steps else 1
        self.side = 2 ** len(steps[0].dense) if steps else 1
        size = self.controls * self.side**2 * 2
        # Gate 0, 1, 2, .. of a block is where its number has its bits reversed. So both halves of
        # the list are factors of each other at every level of the product.
        place = [int(f"{gate:0{levels}b}"[::-1], 2) if levels else 0 for gate in range(self.depth)]
        idle = torch.zeros(5, self.controls, self.side, self.side, dtype=torch.complex128)
        idle[0] = torch.eye(self.side)
        slots = torch.full((self.depth, self.n_blocks, 3), -1)
        constants = (
            torch.view_as_real(idle).reshape(5, size).repeat(self.depth, self.n_blocks, 1, 1)
        )
        for index, (block, step) in enumerate(zip(blocks, steps, strict=True)):
            wires = (*(() if step.control is None else (step.control,)), *step.dense)
            for gate, at in zip(block.gates, place, strict=False):
                places = tuple(wires.index(wire) for wire in gate.wires)
                matrix = self._diagonal_blocks(_embedded(gate.name, places, len(wires)))
                constants[at, index] = torch.view_as_real(matrix).reshape(5, size)
                slots[at, index, : len(gate.slots)] = torch.tensor(gate.slots, dtype=torch.long)
        self._slots = slots.reshape(-1, 3)
        self._terms = Constant(constants.reshape(-1, 5, size))

    def _diagonal_blocks(self, full: Tensor) -> Tensor:
        """The part for each value of the control: term x control x row x column."""
        split = full.reshape(-1, self.controls, self.side, self.controls, self.side)
        return split.diagonal(dim1=1, dim2=3).movedim(-1, 1)

    def __call__(
        self, weights: Float[Tensor, " weight"]
    ) -> Complex[Tensor, "block control row column"]:
        """The matrices for these angles, in their precision."""
        padded = torch.cat([weights, weights.new_zeros(1)])
        functions = coefficients(padded[self._slots])
        gates = torch.bmm(functions[:, None], self._terms.cast_like(weights))
        shape = (self.depth, self.n_blocks, self.controls, self.side, self.side)
        product = torch.view_as_complex(gates.view(*shape, 2))
        while len(product) > 1:
            first, second = product.chunk(2)
            product = second @ first
        return product[0]


@constant
def _embedded(
    name: str, places: tuple[int, ...], n_wires: int
) -> Complex[Tensor, "term row column"]:
    """A gate's constant matrices as matrices on more wires, the first the most significant bit.

    Args:
        name: Of the gate.
        places: The gate's wires among them.
        n_wires: How many there are.
    """
    constants = terms(name)
    now = [*places, *(place for place in range(n_wires) if place not in places)]
    idle = torch.eye(2 ** (n_wires - len(places)))
    full = torch.stack([torch.kron(term, idle) for term in constants])
    axes = [1 + now.index(place) for place in range(n_wires)]
    order = [0, *axes, *(n_wires + axis for axis in axes)]
    return full.reshape([-1] + [2] * (2 * n_wires)).permute(order).reshape(full.shape)
