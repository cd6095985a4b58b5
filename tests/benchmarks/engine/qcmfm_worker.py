"""Ours."""

from typing import Any

import torch

from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.noise import NoiseSetting, PlacedChannel
from qcmfm.quantum.noisy_simulation import NoisySimulator
from qcmfm.quantum.simulation import Simulator

VERSION = "this one"
torch.set_num_threads(1)


def build_circuit(case: Any) -> Circuit:
    gates = tuple(Gate(name, tuple(wires), tuple(slots)) for name, wires, slots in case["gates"])
    return Circuit(case["n_qubits"], gates, tuple(map(tuple, case["observables"])))


def noiseless(case: Any, arrays: Any) -> Any:
    circuit = build_circuit(case)
    training, inference = Simulator(circuit), Simulator(circuit).eval()
    amplitudes, weights, upstream = (
        torch.from_numpy(arrays[name]) for name in ("amplitudes", "weights", "upstream")
    )
    leaves = (amplitudes.clone().requires_grad_(), weights.clone().requires_grad_())

    def forward() -> Any:
        with torch.no_grad():
            return training.expectations(amplitudes, weights)

    def infer() -> Any:
        with torch.no_grad():
            return inference.expectations(amplitudes, weights)

    def both() -> Any:
        return torch.autograd.grad(training.expectations(*leaves), leaves, upstream)

    for _ in range(3):
        infer()
    of_amplitudes, of_weights = both()
    results = {
        "values": forward(),
        "inferred": infer(),
        "of_amplitudes": of_amplitudes,
        "of_weights": of_weights,
    }
    timed = {"forward": forward, "forward + backward": both, "inference": infer}
    return results, timed


def noisy(case: Any, arrays: Any) -> Any:
    """Compiling for the weights is timed: a fresh simulator has nothing to use again."""
    circuit = build_circuit(case)
    entry = PlacedChannel("depolarizing", {"probability": case["depolarizing"]})
    setting = NoiseSetting("benchmark", (entry,))
    amplitudes, weights = (torch.from_numpy(arrays[k]).double() for k in ("amplitudes", "weights"))
    amplitudes = torch.nn.functional.normalize(amplitudes, dim=1)

    def forward() -> Any:
        with torch.no_grad():
            return NoisySimulator(circuit, setting).expectations(amplitudes, weights)

    return {"values": forward()[: case["samples"]]}, {"forward": forward}


TASKS = {"noiseless": noiseless, "noisy": noisy}
