"""What is seen in a state, against PennyLane's own functions and states known by heart."""

import math

import numpy as np
import pennylane as qml
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pennylane.math import fidelity, fidelity_statevector
from pennylane.math import quantum as reference

from qcmfm.core.errors import CircuitError
from qcmfm.quantum import states as seen
from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.noise import NoiseSetting, PlacedChannel
from qcmfm.quantum.noisy_simulation import NoisySimulator
from qcmfm.quantum.simulation import Simulator


def random_vectors(batch: int, n_qubits: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    vectors = torch.randn(batch, 2**n_qubits, dtype=torch.complex128, generator=generator)
    return torch.nn.functional.normalize(vectors, dim=1)


def random_densities(batch: int, n_qubits: int, seed: int = 0) -> torch.Tensor:
    vectors = random_vectors(batch * 3, n_qubits, seed).reshape(batch, 3, -1)
    return torch.einsum("bki,bkj->bij", vectors, vectors.conj()) / 3


def ket(n_qubits: int, *basis: int) -> torch.Tensor:
    """Equal parts of some basis states."""
    vector = torch.zeros(1, 2**n_qubits, dtype=torch.complex128)
    vector[0, list(basis)] = 1 / math.sqrt(len(basis))
    return vector


PAULIS = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
GHZ = ket(3, 0, 7)
W = ket(3, 1, 2, 4)
PRODUCT = torch.full((1, 8), 8**-0.5, dtype=torch.complex128)
BELLS = ket(4, 0b0000, 0b0101, 0b1010, 0b1111)  # wires 0 and 2 are a pair, 1 and 3 another


@pytest.mark.parametrize("every", seen.EVERY)
def test_states_along_a_circuit_end_where_the_simulator_does(every: str):
    circuit = two_stage(3, 2)
    generator = torch.Generator().manual_seed(0)
    amplitudes = torch.nn.functional.normalize(torch.randn(4, 8, generator=generator).double())
    weights = torch.randn(circuit.n_weights, dtype=torch.float64, generator=generator)
    steps = list(seen.states_along(circuit, amplitudes, weights, every))
    assert len(steps) == 1 + {"gate": len(circuit.gates), "stage": 4, "layer": 2}[every]
    names = [name for name, _ in steps]
    assert names[:2] == [
        "start",
        {"gate": "Rot on 0", "stage": "layer 1, mixing"}.get(every, "layer 1"),
    ]
    torch.testing.assert_close(steps[0][1], amplitudes + 0j)
    final = Simulator(circuit).state(amplitudes, weights)
    torch.testing.assert_close(steps[-1][1], final, atol=1e-13, rtol=0)


def test_states_along_follow_pennylane_gate_by_gate():
    circuit = two_stage(3, 1)
    amplitudes = torch.eye(8, dtype=torch.float64)[3:4]
    weights = torch.linspace(0, 3, circuit.n_weights, dtype=torch.float64)
    for count, (_, state) in enumerate(seen.states_along(circuit, amplitudes, weights)):

        @qml.qnode(qml.device("default.qubit", wires=3))
        def run(first: int = count):
            qml.BasisState([0, 1, 1], wires=range(3))
            for gate in circuit.gates[:first]:
                angles = weights[list(gate.slots)].numpy()
                getattr(qml, gate.name)(*angles, wires=gate.wires)
            return qml.state()

        np.testing.assert_allclose(state[0], run(), atol=1e-13)


def test_every_sample_may_have_weights_of_its_own():
    circuit = Circuit(2, (Gate("RY", (1,), (0,)), Gate("CRX", (1, 0), (1,))), ((0,),))
    amplitudes = torch.nn.functional.normalize(torch.randn(3, 4).double())
    weights = torch.randn(3, 2, dtype=torch.float64)
    *_, (_, together) = seen.states_along(circuit, amplitudes, weights)
    for sample in range(3):
        alone = list(seen.states_along(circuit, amplitudes[sample : sample + 1], weights[sample]))
        torch.testing.assert_close(together[sample : sample + 1], alone[-1][1])


@settings(max_examples=25)
@given(st.integers(2, 4), st.integers(0, 2**16), st.booleans(), st.data())
def test_measures_are_those_of_pennylane(
    n_qubits: int, seed: int, mixed: bool, data: st.DataObject
):
    states = (random_densities if mixed else random_vectors)(2, n_qubits, seed)
    densities = states if mixed else torch.einsum("bi,bj->bij", states, states.conj())
    order = data.draw(st.permutations(range(n_qubits)))
    size = data.draw(st.integers(1, n_qubits - 1))
    first = list(order[:size])
    second = list(order[size : data.draw(st.integers(size + 1, n_qubits))])

    reduced = seen.reduced_density(states, first)
    in_order = seen.reduced_density(states, sorted(first))
    np.testing.assert_allclose(
        in_order, reference.reduce_dm(densities.numpy(), sorted(first)), atol=1e-13
    )
    np.testing.assert_allclose(
        seen.purity(reduced), reference.purity(densities.numpy(), first), atol=1e-13
    )
    np.testing.assert_allclose(
        seen.entropy(reduced), reference.vn_entropy(densities.numpy(), first, base=2), atol=1e-9
    )
    np.testing.assert_allclose(
        2 * seen.entanglement_entropy(states, first, second),
        reference.mutual_info(densities.numpy(), first, second, base=2),
        atol=1e-9,
    )
    if not mixed:
        rest = [wire for wire in range(n_qubits) if wire not in first]
        np.testing.assert_allclose(
            seen.entanglement_entropy(states, first),
            reference.vn_entanglement_entropy(densities.numpy(), first, rest, base=2),
            atol=1e-9,
        )
    for wire in range(n_qubits):
        alone = reference.reduce_dm(densities.numpy(), [wire])
        expected = np.stack([np.einsum("bij,ji->b", alone, p).real for p in PAULIS], 1)
        np.testing.assert_allclose(seen.bloch_vectors(states)[:, wire], expected, atol=1e-13)
    np.testing.assert_allclose(
        seen.probabilities(states), np.einsum("bii->bi", densities.numpy()).real, atol=1e-14
    )


def test_fidelities_are_those_of_pennylane():
    vectors, others = random_vectors(4, 2, 1), random_vectors(4, 2, 2)
    densities, mixtures = random_densities(4, 2, 3), random_densities(4, 2, 4)
    projectors = torch.einsum("bi,bj->bij", vectors, vectors.conj())
    np.testing.assert_allclose(
        seen.fidelity(vectors, others),
        fidelity_statevector(vectors.numpy(), others.numpy()),
        atol=1e-13,
    )
    expected = fidelity(projectors.numpy(), mixtures.numpy())
    np.testing.assert_allclose(seen.fidelity(vectors, mixtures), expected, atol=1e-6)
    np.testing.assert_allclose(
        seen.fidelity(mixtures, vectors), seen.fidelity(vectors, mixtures), atol=1e-14
    )
    np.testing.assert_allclose(
        seen.fidelity(densities, mixtures),
        fidelity(densities.numpy(), mixtures.numpy()),
        atol=1e-9,
    )


@pytest.mark.parametrize(
    ("state", "wires", "bits"),
    [
        (GHZ, [0], 1.0),
        (GHZ, [0, 1], 1.0),
        (PRODUCT, [1], 0.0),
        (W, [2], math.log2(3) - 2 / 3),
        (BELLS, [0, 1], 2.0),
        (BELLS, [0, 2], 0.0),
    ],
)
def test_known_entanglement_entropies(state: torch.Tensor, wires: list[int], bits: float):
    assert math.isclose(seen.entanglement_entropy(state, wires).item(), bits, abs_tol=1e-12)


def test_two_groups_that_are_not_everything():
    # The other two of a GHZ state are correlated as two equal coins are, and not entangled.
    assert math.isclose(seen.entanglement_entropy(GHZ, [0], [1]).item(), 0.5, abs_tol=1e-12)
    assert math.isclose(seen.logarithmic_negativity(GHZ, [0], [1]).item(), 0, abs_tol=1e-12)
    assert math.isclose(seen.entanglement_entropy(BELLS, [0], [2]).item(), 1, abs_tol=1e-12)
    assert math.isclose(seen.logarithmic_negativity(BELLS, [0], [2]).item(), 1, abs_tol=1e-12)
    assert math.isclose(seen.logarithmic_negativity(BELLS, [0, 1]).item(), 2, abs_tol=1e-12)
    # Of two wires of a W state, the negativity is (sqrt(5) - 1) / 6.
    expected = math.log2(1 + 2 * (math.sqrt(5) - 1) / 6)
    assert math.isclose(seen.logarithmic_negativity(W, [0], [1]).item(), expected, abs_tol=1e-12)


@pytest.mark.parametrize(("state", "value"), [(GHZ, 1.0), (W, 8 / 9), (PRODUCT, 0.0), (BELLS, 1.0)])
def test_known_meyer_wallach(state: torch.Tensor, value: float):
    assert math.isclose(seen.meyer_wallach(state).item(), value, abs_tol=1e-12)


def test_a_noisy_state_is_seen_as_the_noise_says():
    """Depolarizing once shrinks every arrow by 1 - 4 p / 3."""
    circuit = Circuit(2, (Gate("RY", (0,), (0,)), Gate("RY", (1,), (1,))), ((0,), (1,)))
    setting = NoiseSetting("x", (PlacedChannel("depolarizing", {"probability": 0.3}),))
    amplitudes = torch.tensor([[1.0, 0, 0, 0]], dtype=torch.float64)
    angles = torch.tensor([0.3, 1.2], dtype=torch.float64)
    density = NoisySimulator(circuit, setting).density(amplitudes, angles)
    arrows = seen.bloch_vectors(density)[0]
    expected = 0.6 * torch.stack([angles.sin(), 0 * angles, angles.cos()], 1)
    torch.testing.assert_close(arrows, expected, atol=1e-14, rtol=0)
    purities = (1 + expected.square().sum(1)) / 2
    assert math.isclose(seen.purity(density).item(), purities.prod().item(), abs_tol=1e-14)


@pytest.mark.parametrize("wires", [[], [3], [-1], [1, 1]])
def test_wires_that_are_no_group_are_refused(wires: list[int]):
    with pytest.raises(CircuitError, match="no group of 3 qubits"):
        seen.reduced_density(GHZ, wires)
    with pytest.raises(CircuitError):
        seen.entanglement_entropy(GHZ, [0, 1], [1])


def test_an_unknown_step_is_refused():
    with pytest.raises(CircuitError, match="no step 'hour'"):
        next(seen.states_along(two_stage(2, 1), torch.eye(4)[:1], torch.zeros(10), "hour"))
