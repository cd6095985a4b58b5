"""What fills in after a slider has moved: intervals, shots, states, mitigation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from qcmfm.core.errors import CircuitError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.evaluation import Interval, mean_intervals
from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.lab.outcome import Outcome, compute_metrics, outcome_of
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.mitigation import extrapolate
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.noisy_simulation import NoisySimulator, every_z_string, outcomes
from qcmfm.quantum.shots import counted_expectations, sample_counts, sampled_expectations
from qcmfm.quantum.states import fidelity, purity

FACTORS = (1.0, 2.0, 3.0)
"""Times the noise at which an error-mitigated value is measured."""

FITS = ("richardson", "linear")
"""Fits that are linear in the values, so that a label's logit can be followed back itself."""

REPEATS = 10
TOGETHER = 8
"""Products of Pauli Z that go back through the circuit in one step of shots."""

JOINT = 8
"""Up to so many qubits all wires are measured together; beyond, every value on its own."""


@dataclass(frozen=True)
class MetricIntervals:
    """How sure the figures under a noise are, from 2,000 resamples of the objects.

    Args:
        accuracy: With its 95% interval.
        macro_f1: With its 95% interval.
        difference: Accuracy less that of the reference, object by object.
    """

    accuracy: Interval
    macro_f1: Interval
    difference: Interval


def intervals(
    inputs: CircuitInputs, outcome: Outcome, reference: Outcome
) -> MetricIntervals | None:
    """Intervals of the figures under a noise; None where no label is recorded."""
    rows = inputs.labelled
    if not len(rows):
        return None
    found = compute_metrics(inputs, outcome.probabilities)
    truth = np.array(inputs.truth)
    right = [o.probabilities[rows].argmax(1) == truth for o in (outcome, reference)]
    gap = right[0].astype(float) - right[1].astype(float)
    difference = mean_intervals({"difference": gap}, inputs.groups)["difference"]
    accuracy, macro_f1 = (Interval(**found[name]) for name in ("accuracy", "macro_f1"))
    return MetricIntervals(accuracy, macro_f1, difference)


@dataclass(frozen=True)
class ShotSpread:
    """What a finite number of shots adds: figures of several repetitions.

    Args:
        shots: Measurements of every record in a repetition.
        accuracy: Mean over the repetitions, and the least and the greatest of them; None where no
            label is recorded.
        flips: Mean number of records whose label differs from the reference's.
        together: Whether all values of a record come from the same shots, as on a device.
    """

    shots: int
    accuracy: Interval | None
    flips: float
    together: bool


def shots(
    inputs: CircuitInputs, setting: NoiseSetting, reference: Outcome, seed: int = 0
) -> Work[ShotSpread]:
    """Measure every record with finitely many shots, several times.

    Args:
        inputs: The records.
        setting: The noise and the number of shots, which is not 0.
        reference: What to compare labels with.
        seed: The source of chance.
    """
    readout, chance = inputs.readout, np.random.default_rng(seed)
    circuit, amplitudes = readout.circuit, inputs.amplitudes
    together = circuit.n_qubits <= JOINT
    if together:
        exact = yield from _outcome_probabilities(circuit, setting, inputs)
    else:
        exact = yield from _values(circuit, setting, inputs, circuit.observables)
    before = reference.probabilities.argmax(1)
    accuracies: list[float] = []
    changed: list[int] = []
    for repeat in range(REPEATS):
        if together:
            counts = sample_counts(exact, setting.shots, chance)
            values = counted_expectations(counts, circuit)
        else:
            values = sampled_expectations(exact, setting.shots, chance)
        logits = values.to(amplitudes.dtype) @ readout.factors.T + readout.bias
        found = outcome_of(inputs, setting, readout.probabilities(logits))
        if found.accuracy is not None:
            accuracies.append(found.accuracy)
        changed.append(int((found.probabilities.argmax(1) != before).sum()))
        yield Progress("Measuring with shots", repeat + 1, REPEATS)
    spread = (
        Interval(float(np.mean(accuracies)), min(accuracies), max(accuracies))
        if accuracies
        else None
    )
    return ShotSpread(setting.shots, spread, float(np.mean(changed)), together)


def _outcome_probabilities(
    circuit: Circuit, setting: NoiseSetting, inputs: CircuitInputs
) -> Work[Float[Tensor, "record state"]]:
    """Probability of every outcome of measuring all wires of every record.

    From the values of all products of Pauli Z, a few at a time, so that a page can be left.
    """
    strings = every_z_string(circuit.n_qubits)[1:]
    values = yield from _values(circuit, setting, inputs, strings)
    ones = values.new_ones(len(values), 1)
    found = outcomes(torch.cat([ones, values], 1)).clamp(min=0)
    return found / found.sum(1, keepdim=True)


def _values(
    circuit: Circuit,
    setting: NoiseSetting,
    inputs: CircuitInputs,
    strings: Sequence[tuple[int, ...]],
) -> Work[Float[Tensor, "record observable"]]:
    """Values of products of Pauli Z under a noise."""
    found: list[Tensor] = []
    for start in range(0, len(strings), TOGETHER):
        part = replace(circuit, observables=tuple(strings[start : start + TOGETHER]))
        simulator = NoisySimulator(part, setting)
        with torch.inference_mode():
            angles = inputs.readout.angles
            found.append(simulator.expectations(inputs.amplitudes, angles, checked=False))
        done = min(start + TOGETHER, len(strings))
        yield Progress("Working out what can be read", done, len(strings))
    return torch.cat(found, 1).double()


@dataclass(frozen=True)
class StateFigures:
    """A record's state at the end of the circuit, before its wires are read.

    Args:
        fidelity: How like the state without noise it is, 0 to 1.
        purity: 1 for a pure state; 1 / 2^n for one of which nothing is known.
        least_purity: That 1 / 2^n.
    """

    fidelity: float
    purity: float
    least_purity: float


def state_figures(inputs: CircuitInputs, setting: NoiseSetting, record_id: str) -> StateFigures:
    """Fidelity and purity of one record's state under a noise; readout errors left out.

    Raises:
        RecordsError: There is no such record.
    """
    circuit = inputs.readout.circuit
    row = inputs.row(record_id)
    amplitudes = inputs.amplitudes[row : row + 1].double()
    amplitudes = torch.nn.functional.normalize(amplitudes, dim=1)
    angles = inputs.readout.angles.double()
    entries = tuple(entry for entry in setting.entries if entry.at != "readout")
    with torch.inference_mode():
        clean = inputs.readout.simulator.state(amplitudes, angles)
        noisy = NoisySimulator(circuit, replace(setting, entries=entries))
        density = noisy.density(amplitudes, angles)
        return StateFigures(
            float(fidelity(clean, density)), float(purity(density)), 1 / circuit.dim
        )


def mitigate(inputs: CircuitInputs, setting: NoiseSetting, fit: str) -> Work[Outcome]:
    """Label all records with values followed back to no noise from 1, 2 and 3 times the noise.

    Raises:
        CircuitError: There is no such fit, or the noise cannot be made that much stronger.
    """
    if fit not in FITS:
        raise CircuitError(
            msg("There is no fit {fit!r}.", fit=fit), msg("Choose {fits}.", fits=" or ".join(FITS))
        )
    readout, found = inputs.readout, []
    for done, factor in enumerate(FACTORS, start=1):
        found.append(readout.logits(inputs.amplitudes, setting.stretched(factor)))
        yield Progress("Following the values back", done, len(FACTORS))
    # A label's constant is the same at every factor, and the weights of both fits add up to 1.
    logits = extrapolate(FACTORS, torch.stack(found), fit)
    return outcome_of(inputs, setting, readout.probabilities(logits))
