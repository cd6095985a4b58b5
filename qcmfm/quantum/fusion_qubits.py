"""The quantum parts of the FE-QMFNN (arXiv 2601.07856): fusion qubits, and a QCNN that reads them.

Every feature of every modality is encoded as the angle of its own qubit. Every feature has a fusion
qubit, which each modality's qubit, if it is 1, rotates by a trainable angle: the trust in that
modality for the feature. The modalities' qubits are not used any further.

None of this needs a state of all qubits. A qubit rotated by theta about Y is 1 with probability
p = sin^2(theta / 2). All rotations have the same axis, so their angles add up, and the Bloch vector
of the fusion qubit is (Im c, 0, Re c) with

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
    """The modalities' qubits and the fusion qubits that they rotate, one per feature.

    Args:
        modalities: Number of modalities.
        features: Number of features of each modality.
    """

    def __init__(self, modalities: int, features: int):
        super().__init__()
        # Near angles that add up to pi, at which all modalities together rotate 0 into 1.
        spread = torch.empty(modalities, features).uniform_(0.5, 1.5)
        self.angles = nn.Parameter(spread * math.pi / modalities)

    def forward(self, decisions: Float[Tensor, "batch modality feature"]) -> Tensor:
        """Components x and z of the fusion qubits' Bloch vectors (batch x feature x 2).

        Args:
            decisions: Probability that each modality's qubit is 1; a missing modality has 0 and
                therefore no effect.
        """
        # In real numbers: (z + i x) times the next factor.
        z, x = torch.ones_like(decisions[:, 0]), torch.zeros_like(decisions[:, 0])
        for number in range(decisions.shape[1]):
            probability, angle = decisions[:, number], self.angles[number]
            real, imaginary = 1 - probability + probability * angle.cos(), probability * angle.sin()
            z, x = z * real - x * imaginary, z * imaginary + x * real
        return torch.stack([x, z], -1)

    @torch.no_grad()
    def trust(self) -> Float[Tensor, "modality feature"]:
        """Probability of 1 of a fusion qubit if this modality's qubit alone is certainly 1."""
        return (self.angles / 2).sin().square()

    @torch.no_grad()
    def trust_together(self) -> Float[Tensor, " feature"]:
        """Probability of 1 of a fusion qubit if the qubits of all modalities are certainly 1."""
        return (self.angles.sum(0) / 2).sin().square()


def fusion_circuit(modalities: int, features: int) -> Circuit:
    """The circuit on all qubits that `FusionQubits` computes, for checks and drawings.

    Wires 0 to features - 1 are the fusion qubits, followed by those of the first modality, and so
    on. Slots: first the angles of all modalities' qubits, then those of the rotations they control.

    Args:
        modalities: Number of modalities.
        features: Number of features of each modality.
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
    """Expectation values of a QCNN whose initial state is a product of mixed single-qubit states.

    The Heisenberg picture makes this exact without a density matrix per sample: each observable is
    propagated back through the circuit once and multiplied with the product of the real
    single-qubit states, which have three numbers each.

    Args:
        qubits: Number of qubits, 2 to 10.
        kept: Pooling stops when at most this many wires are left to be measured.

    Raises:
        TrainingError: `kept` is larger than the number of qubits.
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
        # Few wires are measured, so there are few sign patterns, each in the same number of rows.
        patterns, member = signs.unique(dim=0, return_inverse=True)
        rows = member.argsort(stable=True).unflatten(0, (len(patterns), -1))
        self.register_buffer("patterns", patterns, persistent=False)
        self.register_buffer("rows", rows, persistent=False)

    @property
    def n_observables(self) -> int:
        """Number of expectation values."""
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
        observables = self._propagated_back(bloch.dtype)
        left = first @ observables.reshape(first.shape[1], -1)
        return torch.einsum("bso,bs->bo", left.unflatten(1, (second.shape[1], -1)), second)

    def _propagated_back(self, dtype: torch.dtype) -> Float[Tensor, "number observable"]:
        """Each observable before the circuit, as coefficients of the numbers of product states."""
        dense = self._dense(self.simulator.unitary(self.angles.to(dtype)))
        qubits = self.circuit.n_qubits
        order = [axis for q in range(qubits) for axis in (q, qubits + q)]
        digits = dense.reshape([2] * 2 * qubits + [-1]).permute(*order, 2 * qubits)
        # Map the four entries of a qubit's density matrix to its three numbers.
        gather = digits.new_tensor([[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]])
        numbers = digits.flatten()
        for _ in range(qubits):
            # The first axis belongs to a qubit; its transformed axis moves to the end.
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
    """All products of one number per qubit; the index of the first qubit varies slowest."""
    found = states[:, 0]
    for qubit in range(1, states.shape[1]):
        found = (found[:, :, None] * states[:, qubit, None, :]).flatten(1)
    return found
