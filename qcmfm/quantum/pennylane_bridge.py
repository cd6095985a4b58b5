"""The same circuit as a PennyLane QNode: for checks, drawings and other devices."""

from importlib.metadata import entry_points
from typing import Any

import pennylane as qml

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.noise import Noise, NoiseSetting, full_strengths, kraus, noisy_operations

PLUGINS = {
    "aqt": "pennylane-aqt",
    "braket": "amazon-braket-pennylane-plugin",
    "cirq": "pennylane-cirq",
    "ionq": "pennylane-ionq",
    "lightning.gpu": "pennylane-lightning-gpu",
    "lightning.kokkos": "pennylane-lightning-kokkos",
    "lightning.tensor": "pennylane-lightning-tensor",
    "qiskit": "pennylane-qiskit",
    "qulacs": "pennylane-qulacs",
    "rigetti": "pennylane-rigetti",
}
"""The package that brings the devices whose names start so."""


def open_device(device: Any, n_qubits: int) -> Any:
    """A PennyLane device with enough wires.

    Args:
        device: The name of one, or a device that was opened with options of its own.
        n_qubits: Wires that are needed, numbered from 0.

    Raises:
        CircuitError: PennyLane has no such device, it cannot be opened, or it lacks wires.
    """
    if isinstance(device, str):
        device = _open_by_name(device, n_qubits)
    # A device without wires of its own takes as many as a circuit has.
    if device.wires is not None and not set(range(n_qubits)) <= set(device.wires.labels):
        raise CircuitError(
            f"The quantum device {device.name} has the wires {list(device.wires.labels)}, but the "
            f"circuit needs {n_qubits} wires, numbered from 0.",
            "Choose a larger device, or a run with fewer qubits.",
        )
    return device


def _open_by_name(name: str, n_qubits: int) -> Any:
    installed = sorted({found.name for found in entry_points(group="pennylane.plugins")})
    if name not in installed:
        plugin = next((p for start, p in PLUGINS.items() if name.startswith(start)), "")
        raise CircuitError(
            f"PennyLane has no device {name[:80]!r} here.",
            f"Install its plug-in: pip install {plugin}"
            if plugin
            else f"Choose from {', '.join(installed)}, or install the plug-in that has it.",
        )
    try:
        return qml.device(name, wires=n_qubits)
    except Exception as error:  # a plug-in raises whatever its own libraries raise
        raise CircuitError(
            f"The quantum device {name} could not be opened with {n_qubits} wires: "
            f"{' '.join(str(error).split()).rstrip('.')}.",
            "Its plug-in may need options, such as an account: PennyLane reads them from its "
            "configuration file, see `pennylane.about()` and `qml.Configuration`.",
        ) from error


def qnode(
    circuit: Circuit, device: Any = "default.qubit", interface: str = "torch", **qnode_options: Any
) -> Any:
    """A QNode `f(amplitudes, weights)` that returns one expectation value per observable.

    Args:
        circuit: What to build.
        device: Name of a PennyLane device, or a device, such as one that stands for real hardware.
        interface: Which library's arrays go in and come out.
        **qnode_options: Whatever else `qml.qnode` takes, such as `diff_method` or `shots`.
    """
    if isinstance(device, str):
        device = qml.device(device, wires=circuit.n_qubits)

    @qml.qnode(device, interface=interface, **qnode_options)
    def run(amplitudes: Any, weights: Any) -> Any:
        qml.AmplitudeEmbedding(amplitudes, wires=range(circuit.n_qubits))
        for gate in circuit.gates:
            getattr(qml, gate.name)(*(weights[slot] for slot in gate.slots), wires=gate.wires)
        return [qml.expval(_observable(wires)) for wires in circuit.observables]

    return run


def noisy_qnode(circuit: Circuit, setting: NoiseSetting, interface: str = "torch") -> Any:
    """The same circuit under noise on PennyLane's density-matrix simulator default.mixed.

    Channels that PennyLane has are its own, so that this checks ours.

    Args:
        circuit: What to build.
        setting: The noise.
        interface: Which library's arrays go in and come out.
    """

    @qml.qnode(qml.device("default.mixed", wires=circuit.n_qubits), interface=interface)
    def run(amplitudes: Any, weights: Any) -> Any:
        qml.AmplitudeEmbedding(amplitudes, wires=range(circuit.n_qubits))
        for operation in noisy_operations(circuit, setting):
            if isinstance(operation, Gate):
                angles = (weights[slot] for slot in operation.slots)
                getattr(qml, operation.name)(*angles, wires=operation.wires)
            else:
                _apply_noise(operation)
        return [qml.expval(_observable(wires)) for wires in circuit.observables]

    return run


def _observable(wires: tuple[int, ...]) -> Any:
    """The product of Pauli Z on these wires."""
    return qml.prod(*(qml.PauliZ(wire) for wire in wires))


def _apply_noise(noise: Noise) -> None:
    """Queue one application of a channel."""
    strengths = full_strengths(noise.channel, noise.strengths)
    match noise.channel:
        case "bit_flip":
            qml.BitFlip(strengths["probability"], noise.wires)
        case "phase_flip":
            qml.PhaseFlip(strengths["probability"], noise.wires)
        case "bit_phase_flip":
            qml.PauliError("Y", strengths["probability"], noise.wires)
        case "depolarizing":
            qml.DepolarizingChannel(strengths["probability"], noise.wires)
        case "amplitude_damping":
            qml.AmplitudeDamping(strengths["damping"], noise.wires)
        case "generalised_amplitude_damping":
            damping, excited = strengths["damping"], strengths["excited_population"]
            qml.GeneralizedAmplitudeDamping(damping, excited, noise.wires)
        case "phase_damping":
            qml.PhaseDamping(strengths["damping"], noise.wires)
        case "thermal_relaxation":
            excited, t1, t2, gate_time = (
                strengths[name] for name in ("excited_population", "t1", "t2", "gate_time")
            )
            qml.ThermalRelaxationError(excited, t1, t2, gate_time, noise.wires)
        case "coherent_zz_over_rotation":
            qml.IsingZZ(strengths["angle"], noise.wires)
        case _:
            qml.QubitChannel(kraus(noise.channel, noise.strengths).numpy(), noise.wires)
