"""Figures of several kinds of noise at rising strength."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qcmfm.core.errors import CircuitError
from qcmfm.core.progress import Progress, Work, finish
from qcmfm.evaluation import Interval
from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.lab.estimates import mitigate
from qcmfm.lab.outcome import Outcome, compute_metrics, compute_outcome
from qcmfm.quantum.noise import MOMENTS, NoiseSetting, PlacedChannel
from qcmfm.quantum.noise import strengths as ranges


@dataclass(frozen=True)
class Point:
    """One point of a sweep.

    Args:
        channel: Which kind of noise.
        strength: Of it.
        mitigated: Whether the values were followed back to no noise.
        accuracy: With its 95% interval.
        macro_f1: With its 95% interval.
        flips: Number of records whose label differs from the reference's.
    """

    channel: str
    strength: float
    mitigated: bool
    accuracy: Interval
    macro_f1: Interval
    flips: int


STRENGTHS = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


def sweep_setting(channel: str, strength: float) -> NoiseSetting:
    """A channel of this strength after every gate, or at the readout for a readout error.

    The parameters of the channel that grow with noise get this value: a probability, an angle in
    radians, or a gate's length as a share of T1.
    """
    values = {name: strength for name, of in ranges(channel).items() if of.stretches}
    at = MOMENTS[-1] if channel == "readout_error" else "gate"
    entries = (PlacedChannel(channel, values, at),) if strength else ()
    return NoiseSetting(f"{channel} {strength:g}", entries)


def sweep(
    inputs: CircuitInputs,
    channels: Sequence[str],
    reference: Outcome,
    fit: str = "",
    strengths: Sequence[float] = STRENGTHS,
) -> Work[list[Point]]:
    """Figures of several kinds of noise at rising strength.

    Args:
        inputs: The records.
        channels: Which kinds.
        reference: What to compare labels with.
        fit: Of error mitigation, which is measured as well; empty for none.
        strengths: Of every kind.
    """
    points: list[Point] = []
    total, done = len(channels) * len(strengths) * (2 if fit else 1), 0
    for channel in channels:
        for strength in strengths:
            setting = sweep_setting(channel, strength)
            for outcome, is_mitigated in _outcomes(inputs, setting, fit):
                done += 1
                if outcome is not None:
                    points.append(
                        _point(inputs, channel, strength, is_mitigated, outcome, reference)
                    )
                words = channel.replace("_", " ")
                yield Progress("Sweeping the strength", done, total, f"{words} {strength:g}")
    return points


def _outcomes(
    inputs: CircuitInputs, setting: NoiseSetting, fit: str
) -> Iterator[tuple[Outcome | None, bool]]:
    """The outcome under a setting and, if wanted, the mitigated one; None where it cannot be."""
    yield compute_outcome(inputs, setting), False
    if fit:
        try:
            yield finish(mitigate(inputs, setting, fit)), True
        except CircuitError:  # three times the noise is more than there can be
            yield None, True


def _point(
    inputs: CircuitInputs,
    channel: str,
    strength: float,
    is_mitigated: bool,
    outcome: Outcome,
    reference: Outcome,
) -> Point:
    found = compute_metrics(inputs, outcome.probabilities)
    changed = outcome.probabilities.argmax(1) != reference.probabilities.argmax(1)
    accuracy, macro_f1 = (Interval(**found[name]) for name in ("accuracy", "macro_f1"))
    return Point(channel, strength, is_mitigated, accuracy, macro_f1, int(changed.sum()))
