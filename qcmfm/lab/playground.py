"""Untrained circuits of any size, and whether training one could begin."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch

from qcmfm.core.errors import CircuitError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.quantum import ansatz
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.expressibility import (
    entangling_capability,
    expressibility,
    gradient_variance,
)
from qcmfm.quantum.resources import resources

FAMILIES: dict[str, Callable[[int, int], Circuit]] = {
    "two_stage": ansatz.two_stage,
    "hardware_efficient": ansatz.hardware_efficient,
    "strongly_entangling": ansatz.strongly_entangling,
    "brick_wall": ansatz.brick_wall,
    "qcnn": lambda n_qubits, n_layers: ansatz.qcnn(n_qubits),  # its depth follows from its width
}
QUBITS = range(2, 11)
LAYERS = range(1, 9)
SAMPLES = 100


@dataclass(frozen=True)
class PlaygroundResult:
    """What random angles show about an untrained circuit.

    Args:
        slopes: Mean variance of the slope of <Z> of the first wire in an angle, by number of
            qubits: where it falls exponentially, training cannot begin (a barren plateau).
        expressibility: How far from reaching all states equally often, in nats; 0 is best.
        entangling: Mean entanglement of the states, 0 to 1.
    """

    slopes: dict[int, float]
    expressibility: float
    entangling: float


def untrained_circuit(family: str, n_qubits: int, n_layers: int) -> Circuit:
    """A circuit of a family.

    Raises:
        CircuitError: There is no such family, or it is too large.
    """
    if family not in FAMILIES:
        raise CircuitError(
            msg("There is no family {family!r} of circuits.", family=family[:80]),
            msg("Choose from {families}.", families=", ".join(FAMILIES)),
        )
    for what, value, allowed in (("qubits", n_qubits, QUBITS), ("layers", n_layers, LAYERS)):
        if value not in allowed:
            raise CircuitError(
                msg("The playground has no circuit with {value} {what}.", value=value, what=what),
                msg("Choose {start} to {stop}.", start=allowed.start, stop=allowed.stop - 1),
            )
    return FAMILIES[family](n_qubits, n_layers)


def run_trial(family: str, n_qubits: int, n_layers: int, seed: int = 0) -> Work[PlaygroundResult]:
    """Draw random angles for circuits of up to so many qubits.

    Args:
        family: A name of `FAMILIES`.
        n_qubits: The most.
        n_layers: Of all of them.
        seed: The source of chance.
    """
    circuit = untrained_circuit(family, n_qubits, n_layers)
    total = n_qubits - QUBITS.start + 3
    slopes: dict[int, float] = {}
    for done, qubits in enumerate(range(QUBITS.start, n_qubits + 1), start=1):
        smaller = untrained_circuit(family, qubits, n_layers)
        chance = torch.Generator().manual_seed(seed)
        measured = smaller.observables[0]
        slopes[qubits] = float(gradient_variance(smaller, measured, SAMPLES, chance).mean())
        yield Progress("Trying random angles", done, total, f"{qubits} qubits")
    chance = torch.Generator().manual_seed(seed)
    reach = expressibility(circuit, 1000, chance)
    yield Progress("Trying random angles", total - 1, total)
    entangling = entangling_capability(circuit, SAMPLES, chance)
    yield Progress("Trying random angles", total, total)
    return PlaygroundResult(slopes, reach, entangling)


def trial_report(
    family: str, n_qubits: int, n_layers: int, trial: PlaygroundResult
) -> dict[str, Any]:
    """A trial as JSON values."""
    return {
        "family": family,
        "layers": n_layers,
        "resources": asdict(resources(untrained_circuit(family, n_qubits, n_layers))),
        **asdict(trial),
    }
