"""PennyLane's density-matrix simulator default.mixed, one broadcast call for the whole batch."""

from typing import Any

import pennylane as qml
import torch
from pennylane_worker import GATES, VERSION, z_string

__all__ = ["TASKS", "VERSION"]
torch.set_num_threads(1)


def noisy(case: Any, arrays: Any) -> Any:
    @qml.qnode(qml.device("default.mixed", wires=case["n_qubits"]), interface="torch")
    def run(inputs: Any, weights: Any) -> Any:
        qml.AmplitudeEmbedding(inputs, wires=range(case["n_qubits"]))
        for name, wires, slots in case["gates"]:
            GATES[name](*(weights[slot] for slot in slots), wires=wires)
            for wire in wires:
                qml.DepolarizingChannel(case["depolarizing"], wires=wire)
        return [z_string(wires) for wires in case["observables"]]

    weights = torch.from_numpy(arrays["weights"]).double()
    amplitudes = torch.from_numpy(arrays["amplitudes"]).double()[: case["samples"]]
    amplitudes = torch.nn.functional.normalize(amplitudes, dim=1)

    def forward() -> Any:
        with torch.no_grad():
            return torch.stack(list(run(amplitudes, weights)), 1)

    return {"values": forward()}, {"forward": forward}


TASKS = {"noisy": noisy}
