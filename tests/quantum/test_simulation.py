"""The simulator: any circuit, any batch, any order of calls; what it remembers and refuses."""

import gc
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from qcmfm.core.errors import CircuitError
from qcmfm.quantum import gradients as module
from qcmfm.quantum.ansatz import qcnn, strongly_entangling, two_stage
from qcmfm.quantum.block_matrices import BlockMatrices
from qcmfm.quantum.blocks import DENSE, fuse, links, place
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.simulation import Simulator
from tests.quantum.random_circuits import circuits, dense_expectations, dense_state, random_inputs

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@settings(max_examples=80)
@given(circuits(), st.integers(0, 1000))
def test_any_circuit_is_simulated_as_its_gates_say(circuit: Circuit, seed: int):
    amplitudes, weights = random_inputs(circuit, seed=seed)
    expected = dense_expectations(circuit, amplitudes.numpy(), weights.numpy())
    states = dense_state(circuit, amplitudes.numpy(), weights.numpy())
    for takes_unitary in (False, True):
        simulator = Simulator(circuit)
        simulator.prefers_unitary = lambda batch, built=False, takes=takes_unitary: takes
        values = simulator.expectations(amplitudes, weights)
        np.testing.assert_allclose(values.numpy(), expected, atol=1e-12)
    np.testing.assert_allclose(simulator.state(amplitudes, weights).numpy(), states, atol=1e-12)
    unitary = simulator.unitary(weights)
    np.testing.assert_allclose((amplitudes.to(unitary) @ unitary.T).numpy(), states, atol=1e-12)


@settings(max_examples=40)
@given(circuits(most_qubits=5), st.integers(0, 1000))
def test_any_circuit_has_the_right_gradient(circuit: Circuit, seed: int):
    amplitudes, weights = random_inputs(circuit, batch=2, seed=seed)
    simulator = Simulator(circuit)
    inputs = (amplitudes.requires_grad_(), weights.requires_grad_())

    def values(a: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        return simulator.expectations(a, w, checked=False)

    assert torch.autograd.gradcheck(values, inputs, fast_mode=True)

    def overlaps(a: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        return simulator.state(torch.nn.functional.normalize(a, dim=1), w)

    assert torch.autograd.gradcheck(overlaps, inputs, fast_mode=True)


@given(circuits(), st.integers(2, 4))
def test_fusing_loses_no_gate(circuit: Circuit, dense: int):
    blocks = fuse(circuit, dense)
    for found in (links(circuit), blocks):
        assert sorted(map(id, circuit.gates)) == sorted(id(g) for b in found for g in b.gates)
    assert all(len(b.dense) <= dense and len(b.wires) <= dense + 1 for b in blocks)


@pytest.mark.parametrize("n_qubits", [4, 6, 8, 10])
def test_the_rings_become_a_spiral_in_which_no_wire_has_to_be_moved(n_qubits: int):
    circuit = two_stage(n_qubits, 4)
    steps = place(fuse(circuit), n_qubits)
    assert len(steps) == 1 + math.ceil((8 * n_qubits - 2) / DENSE)
    assert all(step.moved is None for step in steps)


@pytest.mark.parametrize("device", DEVICES)
def test_float32_agrees_to_single_precision(device: str):
    circuit = two_stage(6, 4)
    amplitudes, weights = random_inputs(circuit, batch=16)
    double = Simulator(circuit).expectations(amplitudes, weights)
    simulator = Simulator(circuit).to(device)
    single = simulator.expectations(amplitudes.float().to(device), weights.float().to(device))
    assert single.device.type == device and single.dtype == torch.float32
    torch.testing.assert_close(single.double().cpu(), double, atol=1e-5, rtol=0)


def test_a_large_batch_takes_the_unitary_and_says_the_same():
    circuit = two_stage(4, 3)
    simulator = Simulator(circuit)
    amplitudes, weights = random_inputs(circuit, batch=40)
    assert simulator.prefers_unitary(40) and not simulator.prefers_unitary(16)
    together = simulator.expectations(amplitudes, weights)
    alone = torch.cat([simulator.expectations(row[None], weights) for row in amplitudes])
    torch.testing.assert_close(together, alone, atol=1e-12, rtol=0)
    unitary = simulator.unitary(weights)
    identity = torch.eye(circuit.dim, dtype=torch.complex128)
    torch.testing.assert_close(unitary @ unitary.mH, identity, atol=1e-12, rtol=0)


def gradients(circuit: Circuit, amplitudes: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Both gradients of a sum of the expectation values, one after the other."""
    inputs = (amplitudes.clone().requires_grad_(), weights.clone().requires_grad_())
    simulator = Simulator(circuit)
    simulator.prefers_unitary = lambda batch, built=False: False
    values = simulator.expectations(*inputs)
    mix = torch.arange(values.shape[1], dtype=torch.float64).cos()
    found = torch.autograd.grad((values @ mix).sum(), inputs)
    return torch.cat([part.flatten() for part in found])


@pytest.mark.parametrize("circuit", [two_stage(5, 2), qcnn(5), strongly_entangling(5, 3)])
def test_many_samples_are_split_and_little_memory_is_enough(
    circuit: Circuit, monkeypatch: pytest.MonkeyPatch
):
    amplitudes, weights = random_inputs(circuit, batch=13)
    whole = gradients(circuit, amplitudes, weights)
    monkeypatch.setattr(module, "COLUMNS", 5)
    split = gradients(circuit, amplitudes, weights)
    monkeypatch.setattr(module, "KEPT_BYTES", 0)
    computed_again = gradients(circuit, amplitudes, weights)
    torch.testing.assert_close(split, whole, atol=1e-12, rtol=0)
    torch.testing.assert_close(computed_again, whole, atol=1e-12, rtol=0)


def test_calls_may_be_mixed_before_their_gradients_are_taken():
    circuit = two_stage(5, 2)
    amplitudes, weights = random_inputs(circuit, batch=4)
    simulator = Simulator(circuit)
    leaves = [(weights + shift).requires_grad_() for shift in range(3)]
    alone = []
    for leaf in leaves:
        alone += torch.autograd.grad(simulator.expectations(amplitudes, leaf).sum(), leaf)
        gc.collect()
    together = [simulator.expectations(amplitudes, leaf) for leaf in leaves]
    with torch.no_grad():
        simulator.expectations(amplitudes, weights)
    for values, leaf, gradient in zip(together, leaves, alone, strict=True):
        for _ in range(2):
            (again,) = torch.autograd.grad(values.sum(), leaf, retain_graph=True)
            torch.testing.assert_close(again, gradient, atol=1e-13, rtol=0)


@pytest.mark.parametrize("batch", [3, 40])
def test_what_is_kept_in_eval_mode_is_never_stale(batch: int):
    circuit = two_stage(4, 2)
    amplitudes, weights = random_inputs(circuit, batch=batch)
    simulator = Simulator(circuit).eval()
    parameter = torch.nn.Parameter(weights.clone())

    def check() -> None:
        fresh = Simulator(circuit).expectations(amplitudes, parameter.detach())
        for _ in range(3):
            with torch.no_grad():
                found = simulator.expectations(amplitudes, parameter)
            torch.testing.assert_close(found, fresh, atol=1e-12, rtol=0)

    check()
    with torch.no_grad():
        parameter[0] += 1
    check()
    parameter.data[1] += 1  # does not count as a change for autograd
    check()
    parameter.detach().numpy()[2] += 1  # nor does this
    check()
    parameter.data = weights.flip(0)
    check()
    optimiser = torch.optim.Adam([parameter], lr=0.1)
    simulator.expectations(amplitudes, parameter).sum().backward()
    optimiser.step()
    check()
    single = simulator.expectations(amplitudes.float(), parameter.detach().float())
    assert single.dtype == torch.float32
    check()


def test_what_is_kept_is_used_again(monkeypatch: pytest.MonkeyPatch):
    circuit = two_stage(4, 2)
    amplitudes, weights = random_inputs(circuit)
    simulator = Simulator(circuit).eval()
    built: list[object] = []
    build = BlockMatrices.__call__

    def counted(matrices: BlockMatrices, w: torch.Tensor) -> torch.Tensor:
        built.append(w)
        return build(matrices, w)

    monkeypatch.setattr(BlockMatrices, "__call__", counted)
    for _ in range(4):
        simulator.expectations(amplitudes, weights)
    assert len(built) == 1
    simulator.train()
    simulator.expectations(amplitudes, weights)
    assert len(built) == 2


@pytest.mark.parametrize("batch", [3, 40])
def test_what_was_kept_in_inference_mode_serves_gradients_of_the_inputs(batch: int):
    circuit = two_stage(4, 2)
    amplitudes, weights = random_inputs(circuit, batch=batch)
    simulator = Simulator(circuit).eval()
    with torch.inference_mode():
        for _ in range(3):
            simulator.expectations(amplitudes, weights)
    amplitudes.requires_grad_()
    kept = torch.autograd.grad(simulator.expectations(amplitudes, weights).sum(), amplitudes)
    fresh = torch.autograd.grad(
        Simulator(circuit).expectations(amplitudes, weights).sum(), amplitudes
    )
    torch.testing.assert_close(kept, fresh, atol=1e-12, rtol=0)


def spoilt(kind: str, circuit: Circuit) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs that cannot be."""
    amplitudes, weights = random_inputs(circuit, batch=40)
    match kind:
        case "zero":
            amplitudes[7] = 0
        case "nan":
            amplitudes[7, 2] = math.nan
        case "infinite":
            amplitudes[7, 2] = math.inf
        case "long":
            amplitudes[7] *= 2
        case "short":
            amplitudes = amplitudes[:, :15]
        case "nan weight":
            weights[3] = math.nan
        case "few weights":
            weights = weights[:-1]
    return amplitudes, weights


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("zero", "sample 7 has only zeros.*length 1"),
        ("nan", "amplitudes there is nan.*sample 7, place 2"),
        ("infinite", "amplitudes there is inf.*sample 7, place 2"),
        ("long", "sample 7 has length 2.*length 1"),
        ("short", "given 15 amplitudes.*It takes 16"),
        ("nan weight", "weights there is nan .weight 3"),
        ("few weights", "given 39 weights.*It takes 40"),
    ],
)
@pytest.mark.parametrize("mode", ["unitary", "blocks", "eval", "state"])
def test_numbers_that_cannot_be_are_refused(kind: str, told: str, mode: str):
    circuit = two_stage(4, 2)
    amplitudes, weights = spoilt(kind, circuit)
    simulator = Simulator(circuit).train(mode != "eval")
    simulator.prefers_unitary = lambda batch, built=False: mode == "unitary"
    with pytest.raises(CircuitError, match=told):
        if mode == "state":
            simulator.state(amplitudes, weights)
        else:
            simulator.expectations(amplitudes, weights)


@pytest.mark.parametrize("batch", [1, 40])
def test_unchecked_rows_count_with_their_squared_length(batch: int):
    circuit = two_stage(4, 2)
    amplitudes, weights = random_inputs(circuit, batch=batch)
    simulator = Simulator(circuit)
    halves = simulator.expectations(amplitudes / 2, weights, checked=False)
    whole = simulator.expectations(amplitudes, weights)
    torch.testing.assert_close(4 * halves, whole, atol=1e-12, rtol=0)
    nothing = simulator.expectations(0 * amplitudes, weights, checked=False)
    assert not nothing.any()


def test_no_samples_have_no_values():
    circuit = two_stage(4, 2)
    amplitudes, weights = random_inputs(circuit, batch=0)
    amplitudes.requires_grad_()
    values = Simulator(circuit).expectations(amplitudes, weights.requires_grad_())
    assert values.shape == (0, 10)
    values.sum().backward()
    assert amplitudes.grad is not None and amplitudes.grad.shape == (0, 16)
