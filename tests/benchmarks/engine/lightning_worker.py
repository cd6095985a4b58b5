"""PennyLane's lightning.qubit with the adjoint method, which has no gradient of the inputs."""

from typing import Any

import torch
from pennylane_worker import VERSION, build_qnode

__all__ = ["TASKS", "VERSION"]
torch.set_num_threads(1)


def noiseless(case: Any, arrays: Any) -> Any:
    run = build_qnode(case, "lightning.qubit", "adjoint")
    amplitudes, weights, upstream = (
        torch.from_numpy(arrays[name]).double() for name in ("amplitudes", "weights", "upstream")
    )
    amplitudes = torch.nn.functional.normalize(amplitudes, dim=1)
    leaf = weights.clone().requires_grad_()

    def forward() -> Any:
        with torch.no_grad():
            return torch.stack(list(run(amplitudes, weights)), 1)

    def both() -> Any:
        values = torch.stack(list(run(amplitudes, leaf)), 1)
        return torch.autograd.grad(values, leaf, upstream.to(values))

    return {"values": forward(), "of_weights": both()[0]}, {
        "forward": forward,
        "forward + backward": both,
    }


TASKS = {"noiseless": noiseless}
