"""DeepQuantum: the weights as data of the encoders, the batch as states."""

from typing import Any

import deepquantum as dq  # pyright: ignore[reportMissingImports]
import numpy as np
import torch

VERSION = dq.__version__
torch.set_num_threads(1)

# Rot(a, b, c) is u3(b, c, a) up to a phase of the whole state.
ORDER = {"Rot": (1, 2, 0)}
METHODS = {"Rot": "u3", "RX": "rx", "RY": "ry", "RZ": "rz"}


def noiseless(case: Any, arrays: Any) -> Any:
    circuit = dq.QubitCircuit(case["n_qubits"])
    slots: list[int] = []
    for name, wires, own in case["gates"]:
        if name in METHODS:
            getattr(circuit, METHODS[name])(*wires, encode=True)
        else:
            getattr(circuit, name.lower())(*wires, **({"encode": True} if own else {}))
        slots += [own[place] for place in ORDER.get(name, range(len(own)))]
    for wires in case["observables"]:
        circuit.observable(wires)
    order = torch.from_numpy(np.asarray(slots))
    amplitudes, weights, upstream = (
        torch.from_numpy(arrays[name]) for name in ("amplitudes", "weights", "upstream")
    )
    leaves = (amplitudes.clone().requires_grad_(), weights.clone().requires_grad_())

    def values(states: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
        circuit(data=angles[order], state=states.to(torch.complex64)[:, :, None])
        return circuit.expectation()

    def forward() -> Any:
        with torch.no_grad():
            return values(amplitudes, weights)

    def both() -> Any:
        return torch.autograd.grad(values(*leaves), leaves, upstream)

    of_amplitudes, of_weights = both()
    results = {"values": forward(), "of_amplitudes": of_amplitudes, "of_weights": of_weights}
    return results, {"forward": forward, "forward + backward": both}


TASKS = {"noiseless": noiseless}
