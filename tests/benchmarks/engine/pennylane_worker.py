"""PennyLane's default.qubit in a TorchLayer: backprop, one broadcast call for the whole batch."""

from typing import Any

import pennylane as qml
import torch
from pennylane.qnn.torch import TorchLayer

VERSION = qml.__version__
torch.set_num_threads(1)

GATES: Any = vars(qml)


def z_string(wires: Any) -> Any:
    """Expectation value of a product of Z."""
    return qml.expval(qml.prod(*(qml.Z(w) for w in wires)))  # pyright: ignore[reportArgumentType]


def build_qnode(case: Any, device: str, diff_method: str) -> Any:
    @qml.qnode(qml.device(device, wires=case["n_qubits"]), diff_method=diff_method)
    def run(inputs: Any, weights: Any) -> Any:
        qml.AmplitudeEmbedding(inputs, wires=range(case["n_qubits"]))
        for name, wires, slots in case["gates"]:
            GATES[name](*(weights[slot] for slot in slots), wires=wires)
        return [z_string(wires) for wires in case["observables"]]

    return run


def noiseless(case: Any, arrays: Any) -> Any:
    amplitudes, weights, upstream = (
        torch.from_numpy(arrays[name]) for name in ("amplitudes", "weights", "upstream")
    )
    layer = TorchLayer(build_qnode(case, "default.qubit", "backprop"), {"weights": len(weights)})
    with torch.no_grad():
        layer.weights.copy_(weights)  # pyright: ignore[reportCallIssue]
    leaf = amplitudes.clone().requires_grad_()

    def forward() -> Any:
        with torch.no_grad():
            return layer(amplitudes)

    def both() -> Any:
        return torch.autograd.grad(layer(leaf), (leaf, layer.weights), upstream)  # pyright: ignore

    of_amplitudes, of_weights = both()
    results = {"values": forward(), "of_amplitudes": of_amplitudes, "of_weights": of_weights}
    return results, {"forward": forward, "forward + backward": both}


TASKS = {"noiseless": noiseless}
