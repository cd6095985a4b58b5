"""Neighbouring gates fused into blocks, each one matrix on a few wires.

A block mixes the amplitudes of up to three *dense* wires. One further wire, the *control*, is only
looked at: no gate of the block changes it. So a ring of controlled gates becomes a spiral in which
three links (0-1, 1-2, 2-3) with all their rotations are two 8 x 8 matrices, one for each value of
wire 0; the next block takes 3-4, 4-5, 5-6.

Why blocks: a product with a gate of one or two wires reads and writes the whole state for a few
multiplications per amplitude, and the time goes into memory. A block does the work of about six
gates in one pass (gate fusion: Häner and Steiger, arXiv:1704.01127).

Why the wire order rolls: in memory a state is an array of shape 2 x .. x 2 x sample, an axis for
each wire, and a matrix product wants the wires that it mixes as one axis. They come first when a
block begins; the product writes its output with them last, which costs nothing. So the order turns
like a wheel: with 8 wires, blocks on 0-1-2, 3-4-5, 6-7-0, 1-2-3 follow each other and each finds
its wires in front. The two-stage circuits need no other reordering at all; for circuits in another
order `place` says which wires have to be moved first.

Wire 0 is the most significant bit of a basis state's number, as in PennyLane. This module says
which gates make up which block and where the wires lie; `block_matrices` builds the matrices and
`sweep` applies them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.gates import dense_wires

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
    costs nothing: if the link before mixes the wire and the link after only looks at it, to the
    link before, and otherwise to the link after.
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
    passed over has to act before it. Links that only look at a wire they share may change places:
    both are diagonal in that wire's Pauli Z, so they commute there.

    Args:
        circuit: Its gates.
        dense: Most wires that a block may mix; it may look at one more.
    """
    left = links(circuit)
    blocks: list[Block] = []
    while left:
        block = left[0]
        # By links that were passed over: wires whose amplitudes they mix, and all their wires.
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
class PlacedBlock:
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
        """Which of its matrices belongs to each state of the wires that are not dense.

        The states are numbered with the first wire after the dense ones as the most significant
        bit.
        """
        others = self.order[len(self.dense) :]
        if self.control is None:
            return [0]
        shift = len(others) - 1 - others.index(self.control)
        return [state >> shift & 1 for state in range(2 ** len(others))]

    @property
    def order_after(self) -> tuple[int, ...]:
        """All wires after the step."""
        return self.order[len(self.dense) :] + self.dense


def place(blocks: Sequence[Block], n_qubits: int) -> list[PlacedBlock]:
    """Choose dense wires and control of every block so that wires seldom have to move.

    Every step gets as many dense wires as there may be, so that all matrices have one shape and
    are built and applied in batches. A block with fewer mixes some wires by the identity: first
    those it looks at beyond one, which must become dense, then whatever wire lies first.

    Args:
        blocks: In the order in which they act.
        n_qubits: Number of wires; at the start they lie in order.
    """
    order = tuple(range(n_qubits))
    steps: list[PlacedBlock] = []
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
        step = PlacedBlock(first, control, wanted, moved)
        steps.append(step)
        order = step.order_after
    return steps
