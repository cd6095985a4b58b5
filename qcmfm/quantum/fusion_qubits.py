"""The quantum parts of the FE-QMFNN (arXiv 2601.07856): fusion qubits, and a QCNN that reads them.

Every feature of every modality is the angle of a qubit of its own. For every feature there is a
fusion qubit that each modality's qubit turns, when it is 1, by a trainable angle: how far that
modality is trusted for the feature. The modalities' qubits are not looked at any more.

Nothing of that needs a state of all qubits. A qubit turned to theta about Y is 1 with probability
p = sin^2(theta / 2). All the turns are about one axis, so they add up, and the fusion qubit's Bloch
vector is (Im c, 0, Re c) with

    c = E[exp(i W)] = product over modalities of (1 - p + p exp(i w)),

whose cost is linear in features times modalities. The fusion qubits of different features are
independent of each other until the QCNN entangles them.
"""

import math

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from qcmfm.core.errors import TrainingError
from qcmfm.quantum.ansatz import qcnn
from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.simulation import Simulator, observable_signs


class FusionQubits(nn.Module):
    """Modalities' qubits and the fusion qubits that they turn, one for each feature.

    Args:
        modalities: How many there are.
        features: How many each has.
    """

    def __init__(self, modalities: int, features: int):
        super().__init__()
        # Near angles that add up to pi, at which all modalities together turn 0 into 1.
        spread = torch.empty(modalities, features).uniform_(0.5, 1.5)
        self.angles = nn.Parameter(spread * math.pi / modalities)

    def forward(self, decisions: Float[Tensor, "batch modality feature"]) -> Tensor:
        """Bloch vectors' x and z (batch x feature x 2) of the fusion qubits.

        Args:
            decisions: Probability that each modality's qubit is 1; 0 where there is no such
                modality, which then turns nothing.
        """
        # Real numbers alone: (z + i x) times the next factor.
        z, x = torch.ones_like(decisions[:, 0]), torch.zeros_like(decisions[:, 0])
        for number in range(decisions.shape[1]):
            chance, angle = decisions[:, number], self.angles[number]
            real, imaginary = 1 - chance + chance * angle.cos(), chance * angle.sin()
            z, x = z * real - x * imaginary, z * imaginary + x * real
        return torch.stack([x, z], -1)

    @torch.no_grad()
    def trust(self) -> Float[Tensor, "modality feature"]:
        """Probability of a fusion qubit's 1 if this modality alone says 1, with certainty."""
        return (self.angles / 2).sin().square()

    @torch.no_grad()
    def trust_together(self) -> Float[Tensor, " feature"]:
        """Probability of a fusion qubit's 1 if every modality says 1, with certainty."""
        return (self.angles.sum(0) / 2).sin().square()


def fusion_circuit(modalities: int, features: int) -> Circuit:
    """The circuit that `FusionQubits` stands for, on all qubits, for checks and drawings.

    Wires 0 to features - 1 are the fusion qubits, then come those of the first modality, and so on.
    Slots: the angle of every modality's qubit, then the angle by which it turns its fusion qubit.

    Args:
        modalities: How many there are.
        features: How many each has.
    """
    places = [(m, f) for m in range(modalities) for f in range(features)]
    of = {place: features + number for number, place in enumerate(places)}
    encode = [Gate("RY", (of[place],), (slot,), "encoding") for slot, place in enumerate(places)]
    turn = [
        Gate("CRY", (of[place], place[1]), (len(places) + slot,), "fusion")
        for slot, place in enumerate(places)
    ]
    wires = tuple((wire,) for wire in range(features))
    return Circuit(features * (modalities + 1), (*encode, *turn), wires, "fusion_qubits")


class QCNNReadout(nn.Module):
    """Expectation values of a QCNN whose qubits start apart from each other, in mixed states.

    The Heisenberg picture makes this exact without a density matrix for each sample: an observable
    is taken back through the circuit once, and a product of real single-qubit states, which has
    three numbers a qubit, is multiplied with it.

    Args:
        qubits: Number of qubits, 2 to 10.
        kept: Pooling goes on until so many wires or fewer are left to be measured.

    Raises:
        TrainingError: More wires are to be measured than there are.
    """

    def __init__(self, qubits: int, kept: int):
        super().__init__()
        if kept > qubits:
            raise TrainingError(
                f"{kept} of {qubits} qubits cannot be measured.", "Choose kept up to qubits."
            )
        self.circuit = qcnn(qubits, kept)
        self.simulator = Simulator(self.circuit)
        self.angles = nn.Parameter(torch.empty(self.circuit.n_weights).uniform_(-1, 1))
        signs = observable_signs(self.circuit).float()
        self.register_buffer("signs", signs, persistent=False)
        # Few wires are measured, so few patterns of signs occur, each in equally many rows.
        patterns, member = signs.unique(dim=0, return_inverse=True)
        rows = member.argsort(stable=True).unflatten(0, (len(patterns), -1))
        self.register_buffer("patterns", patterns, persistent=False)
        self.register_buffer("rows", rows, persistent=False)

    @property
    def n_observables(self) -> int:
        """How many values are read."""
        return len(self.circuit.observables)

    def forward(self, bloch: Float[Tensor, "batch qubit 2"]) -> Float[Tensor, "batch observable"]:
        """Expectation values, -1 to 1.

        Args:
            bloch: x and z of each qubit's Bloch vector; y is 0.
        """
        x, z = bloch.unbind(-1)
        # rho00, rho01 = rho10, rho11 of (1 + x X + z Z) / 2
        states = torch.stack([(1 + z) / 2, x / 2, (1 - z) / 2], -1)
        half = bloch.shape[1] // 2
        first, second = products(states[:, :half]), products(states[:, half:])
        observables = self._taken_back(bloch.dtype)
        left = first @ observables.reshape(first.shape[1], -1)
        return torch.einsum("bso,bs->bo", left.unflatten(1, (second.shape[1], -1)), second)

    def _taken_back(self, dtype: torch.dtype) -> Float[Tensor, "number observable"]:
        """Each observable before the circuit, in the numbers of real product states."""
        dense = self._dense(self.simulator.unitary(self.angles.to(dtype)))
        qubits = self.circuit.n_qubits
        order = [axis for q in range(qubits) for axis in (q, qubits + q)]
        digits = dense.reshape([2] * 2 * qubits + [-1]).permute(*order, 2 * qubits)
        # From the four entries of a qubit's matrix to its three numbers.
        gather = digits.new_tensor([[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]])
        numbers = digits.flatten()
        for _ in range(qubits):
            # The first axis is a qubit's, and what becomes of it goes to the end.
            numbers = numbers.reshape(4, -1).T @ gather
        return numbers.reshape(self.n_observables, -1).T

    def _dense(self, unitary: Complex[Tensor, "out in"]) -> Float[Tensor, "row column observable"]:
        """Real part of each observable before the circuit, as a matrix."""
        real, imaginary = torch.view_as_real(unitary).unbind(-1)
        rows, patterns = self.get_buffer("rows"), self.get_buffer("patterns").to(real.dtype)
        if len(patterns) > 4 * self.n_observables:
            signs = self.get_buffer("signs").to(real.dtype)
            return torch.einsum("ar,ao,ac->rco", real, signs, real) + torch.einsum(
                "ar,ao,ac->rco", imaginary, signs, imaginary
            )
        parts = torch.cat([real[rows], imaginary[rows]], 1)
        return torch.einsum("prc,po->rco", parts.mT @ parts, patterns)


def products(states: Float[Tensor, "batch qubit number"]) -> Float[Tensor, "batch product"]:
    """All products that take one number of every qubit, the first qubit's slowest."""
    found = states[:, 0]
    for qubit in range(1, states.shape[1]):
        found = (found[:, :, None] * states[:, qubit, None, :]).flatten(1)
    return found
