"""What a noise makes of a collection's labels; all that a moved slider has to show at once."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from qcmfm.evaluation import evaluate
from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.quantum.noise import NoiseSetting


@dataclass(frozen=True)
class Flip:
    """A record whose label changes.

    Args:
        record_id: The record.
        before: Its label as the run answers.
        after: Its label under the noise.
        was_sure: Probability of the label before.
        is_sure: Probability of the label after.
    """

    record_id: str
    before: str
    after: str
    was_sure: float
    is_sure: float


@dataclass(frozen=True)
class Outcome:
    """The labels of a collection under one noise.

    Args:
        setting: The noise.
        probabilities: Calibrated, of each record, in the order of the run's labels.
        accuracy: Share of the recorded labels that come out; None where none is recorded.
        macro_f1: F1 averaged over the recorded labels; None where none is recorded.
        confidence: Mean probability of the likeliest label.
    """

    setting: NoiseSetting
    probabilities: Float[np.ndarray, "record label"]
    accuracy: float | None
    macro_f1: float | None
    confidence: float

    def confidence_change(self, reference: "Outcome") -> float:
        """By how much the mean probability of the likeliest label differs from the reference's."""
        return self.confidence - reference.confidence


def compute_outcome(inputs: CircuitInputs, setting: NoiseSetting) -> Outcome:
    """Label all records under a noise, from exact expectation values.

    Raises:
        CircuitError: The setting names a place that the circuit has not.
    """
    readout = inputs.readout
    return outcome_of(
        inputs, setting, readout.probabilities(readout.logits(inputs.amplitudes, setting))
    )


def outcome_of(
    inputs: CircuitInputs, setting: NoiseSetting, probabilities: Float[np.ndarray, "record label"]
) -> Outcome:
    """What labels with these probabilities amount to."""
    accuracy = macro_f1 = None
    if len(inputs.labelled):
        # The figures alone: one resample, since their intervals come later.
        found = compute_metrics(inputs, probabilities, resamples=1)
        accuracy, macro_f1 = found["accuracy"]["value"], found["macro_f1"]["value"]
    confidence = float(probabilities.max(1).mean())
    return Outcome(setting, probabilities, accuracy, macro_f1, confidence)


def compute_metrics(
    inputs: CircuitInputs, probabilities: Float[np.ndarray, "record label"], resamples: int = 2000
) -> dict:
    """The metrics of `evaluation.evaluate`, over the records with a recorded label."""
    rows = inputs.labelled
    padded = np.zeros((len(rows), len(inputs.labels)))
    padded[:, : probabilities.shape[1]] = probabilities[rows]
    return evaluate(padded, inputs.truth, inputs.groups, inputs.labels, resamples=resamples)


def flips(inputs: CircuitInputs, outcome: Outcome, reference: Outcome) -> list[Flip]:
    """The records whose label differs from the reference's, those that were surest first."""
    labels = inputs.readout.labels
    before, after = reference.probabilities.argmax(1), outcome.probabilities.argmax(1)
    found = [
        Flip(
            inputs.records[row].record_id,
            labels[int(before[row])],
            labels[int(after[row])],
            float(reference.probabilities[row, before[row]]),
            float(outcome.probabilities[row, after[row]]),
        )
        for row in np.flatnonzero(before != after).tolist()
    ]
    return sorted(found, key=lambda flip: -flip.was_sure)


def stability(outcome: Outcome, reference: Outcome) -> Float[np.ndarray, " record"]:
    """How stable the reference's label of each record is under the noise.

    The probability of that label less that of the likeliest other: below 0 it flips.
    """
    rows = np.arange(len(outcome.probabilities))
    labels = reference.probabilities.argmax(1)
    others = outcome.probabilities.copy()
    others[rows, labels] = -1.0
    return outcome.probabilities[rows, labels] - others.max(1)
