"""A PennyLane device in place of the simulator."""

import math
from typing import Any, NoReturn

import pennylane as qml
import pytest
import torch
from pennylane.devices import DefaultQubit

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.pennylane_device import PennyLaneDevice
from qcmfm.quantum.simulation import Simulator
from tests.quantum.random_circuits import random_inputs

CIRCUIT = two_stage(4, 2)


@pytest.mark.parametrize("name", ["default.qubit", "lightning.qubit", "default.mixed"])
@pytest.mark.parametrize("opened", [False, True])
def test_values_are_the_simulator_s(name: str, opened: bool):
    amplitudes, weights = random_inputs(CIRCUIT, batch=5)
    amplitudes, weights = amplitudes.float(), weights.float().requires_grad_()
    device = PennyLaneDevice(CIRCUIT, qml.device(name, wires=6) if opened else name)
    with torch.inference_mode():
        found = device.expectations(amplitudes, weights)
        expected = Simulator(CIRCUIT).expectations(amplitudes, weights)
    assert device.name == name and found.dtype == torch.float32
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    assert device.expectations(amplitudes[:0], weights).shape == (0, len(CIRCUIT.observables))


def test_a_large_batch_goes_to_the_device_in_parts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("qcmfm.quantum.pennylane_device.AMPLITUDES_TOGETHER", 3 * 4**4)
    amplitudes, weights = random_inputs(CIRCUIT, batch=8)
    device = qml.device("default.qubit", wires=4)
    with qml.Tracker(device) as tracker:
        found = PennyLaneDevice(CIRCUIT, device).expectations(amplitudes, weights)
    assert tracker.totals["batches"] == 3
    expected = Simulator(CIRCUIT).expectations(amplitudes, weights)
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)


def test_rows_of_any_length_are_scaled_or_refused():
    amplitudes, weights = random_inputs(CIRCUIT, batch=3)
    amplitudes = amplitudes * torch.tensor([[1.0], [0.5], [0.0]])
    device = PennyLaneDevice(CIRCUIT, "default.qubit")
    found = device.expectations(amplitudes, weights, checked=False)
    expected = Simulator(CIRCUIT).expectations(amplitudes, weights, checked=False)
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)
    with pytest.raises(CircuitError, match="only zeros"):
        device.expectations(amplitudes, weights)


def test_shots_are_counted():
    amplitudes, weights = random_inputs(CIRCUIT, batch=2)
    found = PennyLaneDevice(CIRCUIT, "default.qubit", 50).expectations(amplitudes, weights) * 25
    torch.testing.assert_close(found, found.round(), atol=1e-9, rtol=0)
    with pytest.raises(CircuitError, match="0 times"):
        PennyLaneDevice(CIRCUIT, "default.qubit", 0)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("qiskit.remote", "pip install pennylane-qiskit"),
        ("braket.aws.qubit", "pip install amazon-braket-pennylane-plugin"),
        ("default.qbit", "Choose from default.clifford"),
    ],
)
def test_a_device_that_is_not_installed_is_named(name: str, hint: str):
    with pytest.raises(CircuitError, match=name) as caught:
        PennyLaneDevice(CIRCUIT, name)
    assert hint in caught.value.hint


def test_a_device_that_cannot_be_opened_says_why(monkeypatch: pytest.MonkeyPatch):
    def without_account(name: str, wires: int) -> None:
        raise ValueError("No account\nis configured.")

    monkeypatch.setattr(qml, "device", without_account)
    with pytest.raises(CircuitError, match=r"default.qubit could not be opened.*No account is"):
        PennyLaneDevice(CIRCUIT, "default.qubit")


def test_too_few_or_other_wires_are_refused():
    for wires in (3, ["a", "b", "c", "d"]):
        with pytest.raises(CircuitError, match="needs 4 wires"):
            PennyLaneDevice(CIRCUIT, qml.device("default.qubit", wires=wires))
    assert PennyLaneDevice(CIRCUIT, qml.device("default.qubit")).name == "default.qubit"


class Unreachable(DefaultQubit):
    """A cloud that does not answer."""

    def execute(self, *_: object, **__: object) -> NoReturn:
        raise ConnectionError("The queue is closed.\nRequest 12 was refused.")


def test_a_device_that_fails_says_why():
    amplitudes, weights = random_inputs(CIRCUIT, batch=1)
    device = PennyLaneDevice(CIRCUIT, Unreachable(wires=4))
    with pytest.raises(CircuitError, match=r"did not run the circuit: The queue is closed\. Check"):
        device.expectations(amplitudes, weights)


class Broken(DefaultQubit):
    """It measures, but what it returns is no number."""

    def execute(self, *args: Any, **options: Any) -> Any:
        return [
            tuple(value * math.nan for value in one) for one in super().execute(*args, **options)
        ]


def test_values_that_are_no_numbers_are_refused():
    amplitudes, weights = random_inputs(CIRCUIT, batch=1)
    with pytest.raises(CircuitError, match="not numbers"):
        PennyLaneDevice(CIRCUIT, Broken(wires=4)).expectations(amplitudes, weights)
