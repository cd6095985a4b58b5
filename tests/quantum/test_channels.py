"""Every channel there is: what makes it one, and PennyLane's opinion of it."""

import math

import numpy as np
import pennylane as qml
import pytest
import torch
from scipy.linalg import expm

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.channels import thermal_relaxation
from qcmfm.quantum.noise import (
    CHANNEL_WIRES,
    CHANNELS,
    full_strengths,
    kraus,
    strengths,
)
from qcmfm.quantum.pauli_transfer import channel_transfer

EXAMPLES = {
    "thermal_relaxation": [
        {"t1": 50.0, "t2": 30.0, "gate_time": 7.0, "excited_population": 0.1},
        {"t1": 50.0, "t2": 90.0, "gate_time": 7.0},
        {"t1": 50.0, "t2": 100.0, "gate_time": 700.0, "excited_population": 1.0},
    ]
}


def examples(channel: str) -> list[dict[str, float]]:
    """Strengths inside and at the ends of their ranges."""
    if channel in EXAMPLES:
        return EXAMPLES[channel]
    ranges = strengths(channel)
    ends = [{name: min(r.high, 2 * math.pi) for name, r in ranges.items()}]
    inner = [{name: 0.3 + 0.1 * i for i, name in enumerate(ranges)}]
    alone = [{name: 0.2} for name in ranges]
    return [*inner, *alone, *ends]


CASES = [(channel, values) for channel in CHANNELS for values in examples(channel)]


X, Y, Z = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def choi(operators: torch.Tensor) -> np.ndarray:
    vectors = operators.flatten(1).numpy()
    return vectors.T @ vectors.conj()


def test_the_channels_are_those_of_the_file():
    assert {
        "amplitude_damping",
        "bit_flip",
        "bit_phase_flip",
        "coherent_over_rotation",
        "coherent_zz_over_rotation",
        "depolarizing",
        "generalised_amplitude_damping",
        "phase_damping",
        "phase_flip",
        "readout_error",
        "thermal_relaxation",
        "two_qubit_depolarizing",
    } == set(CHANNELS)


@pytest.mark.parametrize(("channel", "values"), CASES)
def test_a_channel_is_complete_and_keeps_trace_and_positivity(channel: str, values: dict):
    operators = kraus(channel, values)
    side = 2 ** CHANNEL_WIRES[channel]
    assert operators.shape[1:] == (side, side)
    total = sum(k.conj().T @ k for k in operators.numpy())
    np.testing.assert_allclose(total, np.eye(side), atol=1e-14)
    assert np.linalg.eigvalsh(choi(operators)).min() > -1e-14

    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(side, side)) + 1j * generator.normal(size=(side, side))
    density = vectors @ vectors.conj().T
    density /= np.trace(density)
    after = np.sum([k @ density @ k.conj().T for k in operators.numpy()], 0)
    np.testing.assert_allclose(np.trace(after), 1, atol=1e-14)
    np.testing.assert_allclose(after, after.conj().T, atol=1e-14)
    assert np.linalg.eigvalsh(after).min() > -1e-14


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_channel_does_nothing_at_its_defaults(channel: str):
    identity = torch.eye(4 ** CHANNEL_WIRES[channel], dtype=torch.float64)
    torch.testing.assert_close(channel_transfer(CHANNELS[channel]()), identity, atol=1e-14, rtol=0)
    only_free = {
        name: value for name, value in examples(channel)[0].items() if name in ("t1", "t2")
    }
    torch.testing.assert_close(
        channel_transfer(kraus(channel, only_free)), identity, atol=1e-14, rtol=0
    )


@pytest.mark.parametrize(("channel", "values"), CASES)
def test_a_channel_is_that_of_pennylane(channel: str, values: dict):
    """On a random state, through default.mixed, which gets the channel under its own name."""
    # PennyLane's damping of 1 is off by 1e-14, the root of which shows.
    values = {name: min(v, 0.99) if name == "damping" else v for name, v in values.items()}
    n_wires = CHANNEL_WIRES[channel]
    generator = np.random.default_rng(1)
    state = generator.normal(size=2**n_wires) + 1j * generator.normal(size=2**n_wires)
    state /= np.linalg.norm(state)
    ours = kraus(channel, values).numpy()
    expected = sum(k @ np.outer(state, state.conj()) @ k.conj().T for k in ours)

    @qml.qnode(qml.device("default.mixed", wires=n_wires))
    def run():
        qml.StatePrep(state, wires=range(n_wires))
        PENNYLANE[channel](**full_strengths(channel, values))
        return qml.state()

    np.testing.assert_allclose(run(), expected, atol=1e-12)


def queue_two_qubit_depolarizing(probability: float) -> None:
    words = [np.kron(a, b) for a in (np.eye(2), X, Y, Z) for b in (np.eye(2), X, Y, Z)][1:]
    errors = [np.sqrt(probability / 15) * word for word in words]
    qml.QubitChannel([np.sqrt(1 - probability) * np.eye(4), *errors], wires=[0, 1])


def queue_readout_error(false_one: float, false_zero: float) -> None:
    right = np.diag([np.sqrt(1 - false_one), np.sqrt(1 - false_zero)])
    up, down = (
        np.array([[0, 0], [np.sqrt(false_one), 0]]),
        np.array([[0, np.sqrt(false_zero)], [0, 0]]),
    )
    qml.QubitChannel([right, up, down], wires=0)


PENNYLANE = {
    "bit_flip": lambda probability: qml.BitFlip(probability, 0),
    "phase_flip": lambda probability: qml.PhaseFlip(probability, 0),
    "bit_phase_flip": lambda probability: qml.PauliError("Y", probability, 0),
    "depolarizing": lambda probability: qml.DepolarizingChannel(probability, 0),
    "two_qubit_depolarizing": queue_two_qubit_depolarizing,
    "amplitude_damping": lambda damping: qml.AmplitudeDamping(damping, 0),
    "generalised_amplitude_damping": lambda damping, excited_population: (
        qml.GeneralizedAmplitudeDamping(damping, excited_population, 0)
    ),
    "phase_damping": lambda damping: qml.PhaseDamping(damping, 0),
    "thermal_relaxation": lambda t1, t2, gate_time, excited_population: qml.ThermalRelaxationError(
        excited_population, t1, t2, gate_time, 0
    ),
    "coherent_over_rotation": lambda x, y, z: qml.QubitUnitary(
        expm(-0.5j * (x * X + y * Y + z * Z)), 0
    ),
    "coherent_zz_over_rotation": lambda angle: qml.IsingZZ(angle, [0, 1]),
    "readout_error": queue_readout_error,
}


def test_a_readout_error_turns_probabilities_as_its_confusion_matrix_does():
    operators = kraus("readout_error", {"false_one": 0.1, "false_zero": 0.3}).numpy()
    for state, expected in (([1, 0], [0.9, 0.1]), ([0, 1], [0.3, 0.7])):
        after = sum(k @ np.diag(state) @ k.conj().T for k in operators)
        np.testing.assert_allclose(np.diag(after), expected, atol=1e-15)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_channel_is_differentiable_in_its_strengths_and_at_0_too(channel: str):
    base = full_strengths(channel, examples(channel)[0])
    for name in base:
        ends = {0.0} if strengths(channel)[name].low == 0 and not name.startswith("t") else set()
        for value in {base[name]} | ends:
            step = 1e-6
            up, down = (
                channel_transfer(CHANNELS[channel](**base | {name: max(at, 0.0)}))
                for at in (value + step, value - step)
            )
            numeric = (up - down) / (step + min(value, step))
            one = torch.tensor(value, dtype=torch.float64, requires_grad=True)
            slope = torch.func.jacfwd(
                lambda v, n=name: channel_transfer(CHANNELS[channel](**base | {n: v}))
            )(one)
            torch.testing.assert_close(slope.detach(), numeric, atol=2e-6, rtol=1e-5)
            backward = torch.autograd.functional.jacobian(
                lambda v, n=name: channel_transfer(CHANNELS[channel](**base | {n: v})), one
            )
            torch.testing.assert_close(backward, slope.detach(), atol=1e-10, rtol=0)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_strength_out_of_its_range_is_refused_with_value_and_range(channel: str):
    for name, allowed in strengths(channel).items():
        bad = [math.nan, math.inf, "0.1", True, None]
        bad += [allowed.low - 0.1] if math.isfinite(allowed.low) else []
        bad += [allowed.high + 0.1] if math.isfinite(allowed.high) else []
        bad += [allowed.low] if allowed.positive else []
        for value in bad:
            with pytest.raises(CircuitError) as caught:
                kraus(channel, {name: value})
            assert repr(value) in caught.value.message and str(allowed) in caught.value.hint


def test_ranges_read_well():
    assert str(strengths("bit_flip")["probability"]) == "0 to 1"
    assert str(strengths("thermal_relaxation")["t1"]) == "a number above 0"
    assert str(strengths("thermal_relaxation")["gate_time"]) == "a number of at least 0"
    assert str(strengths("coherent_over_rotation")["x"]) == "any number"


def test_t2_above_twice_t1_is_refused():
    with pytest.raises(CircuitError, match=r"T2 is 2\.1 and T1 is 1.*at most 2"):
        thermal_relaxation(1.0, 2.1, 0.1)


@pytest.mark.parametrize(
    ("channel", "values", "found"),
    [("bit_flop", {}, "bit_flop"), ("bit_flip", {"strength": 0.1}, "strength")],
)
def test_an_unknown_name_is_refused(channel: str, values: dict, found: str):
    with pytest.raises(CircuitError, match=found):
        kraus(channel, values)
