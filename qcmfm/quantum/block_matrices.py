"""The matrices of a circuit's blocks, all built together and differentiable in the weights."""

from collections.abc import Sequence

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from qcmfm.quantum.blocks import Block, PlacedBlock
from qcmfm.quantum.gates import Constant, coefficients, constant, terms


class BlockMatrices:
    """Builds the matrices of all blocks at once, differentiably.

    Every gate is a sum of five constant matrices weighted by functions of its angles
    (`gates.terms`, `gates.coefficients`). These constants are stored as matrices on all wires of a
    block, with the axes gate of the block x block x term x entry, so that a block is a plain
    product of its gates: one batched product builds all gates, and log2(gates of the longest
    block) more multiply them. Shorter blocks are padded with identities.

    Args:
        blocks: The blocks.
        steps: Layout of the wires of each block.
    """

    def __init__(self, blocks: Sequence[Block], steps: Sequence[PlacedBlock]):
        longest = max((len(block.gates) for block in blocks), default=1)
        levels = (longest - 1).bit_length()
        self.n_blocks, self.depth = len(blocks), 2**levels
        self.controls = steps[0].controls if steps else 1
        self.side = 2 ** len(steps[0].dense) if steps else 1
        size = self.controls * self.side**2 * 2
        # The gates of a block are in bit-reversed order: for four gates 0, 2, 1, 3. The second half
        # times the first, entry by entry, is then 1·0 and 3·2, which are neighbours in time again,
        # and so on down to a single product.
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
        """The part for each value of the control: term x control x row x column.

        The control is the first wire of the block. No gate changes it, so the matrix is block
        diagonal in it, and only the diagonal blocks are stored.
        """
        split = full.reshape(-1, self.controls, self.side, self.controls, self.side)
        return split.diagonal(dim1=1, dim2=3).movedim(-1, 1)

    def __call__(
        self, weights: Float[Tensor, " weight"]
    ) -> Complex[Tensor, "block control row column"]:
        """The matrices of all blocks, in the precision of the angles.

        Args:
            weights: Angles in radians.

        Returns:
            Rows and columns are states of the dense wires in the order of `PlacedBlock.dense`, the
            first the most significant bit.
        """
        # Slot -1, of gates with fewer than three angles, refers to the zero at the end.
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
    """A gate's constant matrices embedded in more wires, the first the most significant bit.

    Args:
        name: Name of the gate.
        places: Positions of the gate's wires among all wires.
        n_wires: Number of all wires.
    """
    constants = terms(name)
    now = [*places, *(place for place in range(n_wires) if place not in places)]
    idle = torch.eye(2 ** (n_wires - len(places)))
    full = torch.stack([torch.kron(term, idle) for term in constants])
    axes = [1 + now.index(place) for place in range(n_wires)]
    order = [0, *axes, *(n_wires + axis for axis in axes)]
    return full.reshape([-1] + [2] * (2 * n_wires)).permute(order).reshape(full.shape)
