"""The results of the Circuit, Noise lab and Playground pages as JSON values."""

from collections.abc import Sequence
from typing import Any

from qcmfm.access import Permission, requires
from qcmfm.core.progress import Work
from qcmfm.lab import report, saved_noise
from qcmfm.lab.playground import run_trial, trial_report
from qcmfm.lab.state_steps import walk
from qcmfm.lab.switched_gates import SwitchedOff, without_gates
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.records import Collection
from qcmfm.service.lab import open_circuit_inputs
from qcmfm.service.labelling import Labeller


@requires(Permission.LOOK)
def open_noise_setting(name: str) -> NoiseSetting:
    """A noise setting.

    Args:
        name: Name of a preset or a saved setting, or path of a JSON file.

    Raises:
        CircuitError: There is no such setting, or it cannot be read.
    """
    return saved_noise.open_setting(name)


@requires(Permission.LOOK)
def report_noise(
    labeller: Labeller,
    collection: Collection,
    setting: NoiseSetting,
    record_id: str = "",
    mitigation: str = "",
    swept: Sequence[str] = (),
    seed: int = 0,
) -> Work[dict[str, Any]]:
    """Simulate the labels that a noisy device would give.

    Args:
        labeller: Run with its encoders.
        collection: Records to label.
        setting: Noise of the device.
        record_id: Record to report in detail; empty for none.
        mitigation: Fit of the zero-noise extrapolation, richardson or linear; empty for none.
        swept: Noise channels whose strength is varied.
        seed: Random seed of the shots.

    Raises:
        RunError: The run has no circuit.
        RecordsError: No record can be labelled, or there is no such record.
        CircuitError: There is no such fit or channel.
    """
    inputs = yield from open_circuit_inputs(labeller, collection)
    return (yield from report.noise_report(inputs, setting, record_id, mitigation, swept, seed))


@requires(Permission.LOOK)
def report_circuit(
    labeller: Labeller,
    collection: Collection,
    record_id: str = "",
    granularity: str = "gate",
    step: int = -1,
    switch_off: str = "",
) -> Work[dict[str, Any]]:
    """Follow a record through a run's circuit.

    Args:
        labeller: Run with its encoders.
        collection: Records, of which one is followed.
        record_id: The record; by default the first.
        granularity: Size of a step: gate, stage or layer.
        step: Step to report, from 0; by default the last.
        switch_off: Gates and layers to leave out, counted from 0, and E for the entanglers.

    Raises:
        RunError: The run has no circuit.
        RecordsError: No record can be labelled, or there is no such record.
        CircuitError: There is no such gate, layer or size of a step.
    """
    inputs = yield from open_circuit_inputs(labeller, collection)
    row = inputs.row(record_id) if record_id else 0
    readout = inputs.readout
    numbers = SwitchedOff.from_text(switch_off, readout.circuit).numbers(readout.circuit)
    changed = without_gates(readout, numbers)
    steps = walk(changed, inputs.amplitudes[row], granularity)
    step = min(step, len(steps) - 1) if step >= 0 else len(steps) - 1
    content = {"record_id": inputs.records[row].record_id, "off": sorted(numbers)}
    return content | report.circuit_report(changed, readout, steps, step)


@requires(Permission.LOOK)
def try_circuit(family: str, qubits: int, layers: int) -> Work[dict[str, Any]]:
    """Count the gates of an untrained circuit, and measure its gradients at random angles.

    Args:
        family: Family of the ansatz.
        qubits: Number of qubits, 2 to 10.
        layers: Number of layers, 1 to 8.

    Raises:
        CircuitError: There is no such family, or it is too large.
    """
    trial = yield from run_trial(family, qubits, layers)
    return trial_report(family, qubits, layers, trial)
