"""Noise settings as data: which channels act, how strongly, and where in a circuit.

The exact simulation and the QNode on PennyLane's default.mixed that it is tested against are both
derived from `noisy_operations`.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, get_type_hints

from jaxtyping import Complex
from torch import Tensor

from qcmfm.core.errors import CircuitError
from qcmfm.core.messages import msg
from qcmfm.quantum import channels
from qcmfm.quantum.channels import Strength
from qcmfm.quantum.circuit import WIRES, Circuit, Gate

MOST_SHOTS = 10**9

MOMENTS = ("start", "gate", "stage", "layer", "readout")

Channel = Callable[..., Complex[Tensor, "kraus side side"]]
CHANNELS: dict[str, Channel] = {
    name: function
    for name, function in inspect.getmembers(channels, inspect.isfunction)
    if function.__module__ == channels.__name__ and not name.startswith("_")
}
"""All channels by name."""

CHANNEL_WIRES = {name: len(channel()[0]).bit_length() - 1 for name, channel in CHANNELS.items()}
"""Number of wires of each channel."""


def strengths(channel: str) -> dict[str, Strength]:
    """The allowed range of each parameter of a channel.

    Raises:
        CircuitError: There is no such channel.
    """
    if channel not in CHANNELS:
        raise CircuitError(
            f"There is no noise channel named {channel!r}.", f"Choose one of {', '.join(CHANNELS)}."
        )
    hints = get_type_hints(CHANNELS[channel], include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if name != "return"}


def kraus(channel: str, values: Mapping[str, Any]) -> Complex[Tensor, "kraus side side"]:
    """Kraus operators of a channel, whose name and strengths are checked.

    Args:
        channel: A key of `CHANNELS`.
        values: Strengths by name; missing ones have their defaults, which have no effect.

    Raises:
        CircuitError: There is no such channel or strength, or a strength is out of range.
    """
    allowed = strengths(channel)
    for name, value in values.items():
        if name not in allowed:
            raise CircuitError(
                f"The channel {channel} has no strength named {name!r}.",
                f"Choose from {', '.join(allowed)}.",
            )
        is_number = isinstance(value, int | float | Tensor) and not isinstance(value, bool)
        if not is_number or not allowed[name].allows(float(value)):
            raise CircuitError(
                f"The strength {name} of {channel} is {value!r}.", f"Choose {allowed[name]}."
            )
    return CHANNELS[channel](**values)


def full_strengths(channel: str, values: Mapping[str, float]) -> dict[str, float]:
    """All strengths of a channel, with the defaults for missing ones."""
    parameters = inspect.signature(CHANNELS[channel]).parameters.values()
    return {p.name: values.get(p.name, p.default) for p in parameters}


@dataclass(frozen=True)
class PlacedChannel:
    """A channel and the places in a circuit where it acts. An empty selection means all of them.

    Args:
        channel: A key of `CHANNELS`.
        strengths: Values of its parameters; missing ones have no effect.
        at: The moment: "start" of the circuit, after every "gate", at the end of every "stage" or
            every "layer", or at "readout". A two-wire channel acts after two-wire gates; a one-wire
            channel acts on each wire of a gate, and at the other moments on every wire.
        gates: Names of gates.
        gate_wires: Number of wires of the gates; 0 means any.
        layers: Numbers of layers, from 0.
        stages: Names of stages.
        wires: Wires on which it acts.

    Raises:
        CircuitError: A name is unknown, a number is out of range, or the channel cannot act there.
    """

    channel: str
    strengths: Mapping[str, Any] = field(default_factory=dict)
    at: str = "gate"
    gates: tuple[str, ...] = ()
    gate_wires: int = 0
    layers: tuple[int, ...] = ()
    stages: tuple[str, ...] = ()
    wires: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        kraus(self.channel, self.strengths)
        require_known("moment", [self.at], MOMENTS)
        require_known("kind of gate", self.gates, WIRES)
        require_known("number of wires of a gate", [self.gate_wires], (0, 1, 2))
        for what, numbers in (("layer", self.layers), ("wire", self.wires)):
            if any(type(number) is not int or number < 0 for number in numbers):
                raise CircuitError(
                    f"The noise {self.channel} names {what} {list(numbers)}.",
                    "Choose whole numbers from 0.",
                )
        if self.channel == "readout_error" and self.at != "readout":
            raise CircuitError(
                f"A readout error cannot happen at {self.at!r}.", 'Choose the moment "readout".'
            )
        pairs_only = CHANNEL_WIRES[self.channel] == 2
        if pairs_only and (self.at != "gate" or not self._could_follow_pairs()):
            raise CircuitError(
                f"The channel {self.channel} acts on two wires and has no place.",
                'Choose the moment "gate" and gates on two wires.',
            )

    def _could_follow_pairs(self) -> bool:
        return self.gate_wires != 1 and (not self.gates or 2 in [WIRES[g] for g in self.gates])

    def places(self, touched: Iterable[int]) -> list[tuple[int, ...]]:
        """The wires of each application of the channel, after an operation on `touched`."""
        affected = tuple(wire for wire in touched if not self.wires or wire in self.wires)
        if CHANNEL_WIRES[self.channel] == 1:
            return [(wire,) for wire in affected]
        return [affected] if len(affected) == 2 else []

    def follows(self, gate: Gate) -> bool:
        """Whether the channel acts after a gate."""
        return (
            self.at == "gate"
            and self.gate_wires in (0, len(gate.wires))
            and (not self.gates or gate.name in self.gates)
            and self.ends(gate)
        )

    def ends(self, gate: Gate) -> bool:
        """Whether a gate is in the selected layers and stages."""
        return (not self.layers or gate.layer in self.layers) and (
            not self.stages or gate.stage in self.stages
        )


@dataclass(frozen=True)
class NoiseSetting:
    """The noise of a device.

    Args:
        name: Name of the setting.
        entries: The channels; those of the same moment act in this order.
        source: Origin of the numbers.
        shots: Number of shots per record; 0 for exact expectation values. Exact simulators ignore
            it.

    Raises:
        CircuitError: The number of shots is out of range.
    """

    name: str
    entries: tuple[PlacedChannel, ...] = ()
    source: str = ""
    shots: int = 0

    def __post_init__(self) -> None:
        if self.shots not in range(MOST_SHOTS + 1):
            raise CircuitError(
                msg("{shots} shots cannot be taken.", shots=self.shots),
                msg("Choose 1 to {most_shots:,}, or 0 for exact values.", most_shots=MOST_SHOTS),
            )

    def stretched(self, factor: float) -> "NoiseSetting":
        """A copy with probabilities, gate times and over-rotation angles scaled by a factor.

        Raises:
            CircuitError: A strength is then out of range.
        """
        return replace(self, entries=tuple(_stretched(entry, factor) for entry in self.entries))


@dataclass(frozen=True)
class Noise:
    """One application of a channel.

    Args:
        channel: A key of `CHANNELS`.
        strengths: Values of its parameters.
        at: The moment, as in `PlacedChannel`.
        wires: Wires that it acts on.
    """

    channel: str
    strengths: Mapping[str, float]
    at: str
    wires: tuple[int, ...]


def noisy_operations(circuit: Circuit, setting: NoiseSetting) -> Iterator[Gate | Noise]:
    """The gates of a circuit and the channels between them, in the order in which they act.

    Raises:
        CircuitError: The setting names a wire, layer or stage that the circuit does not have.
    """
    _require_places(circuit, setting)
    every_wire = range(circuit.n_qubits)

    def at(moment: str, gate: Gate | None = None) -> Iterator[Noise]:
        for entry in setting.entries:
            if entry.at == moment and (gate is None or entry.ends(gate)):
                for wires in entry.places(every_wire):
                    yield Noise(entry.channel, entry.strengths, entry.at, wires)

    yield from at("start")
    for _, layer in groupby(circuit.gates, key=lambda gate: gate.layer):
        gate = None
        for _, stage in groupby(layer, key=lambda gate: gate.stage):
            for gate in stage:
                yield gate
                for entry in setting.entries:
                    for wires in entry.places(gate.wires) if entry.follows(gate) else []:
                        yield Noise(entry.channel, entry.strengths, entry.at, wires)
            yield from at("stage", gate)
        yield from at("layer", gate)
    yield from at("readout")


def require_known(what: str, found: Iterable[Any], known: Iterable[Any]) -> None:
    """Refuse names that are not on a list.

    Args:
        what: What the names stand for, as in the error message.
        found: Names to check.
        known: Allowed names.

    Raises:
        CircuitError: A name is not allowed.
    """
    known = list(known)
    for name in found:
        if name not in known:
            raise CircuitError(
                f"There is no {what} {name!r}.", f"Choose one of {', '.join(map(str, known))}."
            )


def _require_places(circuit: Circuit, setting: NoiseSetting) -> None:
    """Refuse a setting with wires, layers or stages that the circuit does not have."""
    for entry in setting.entries:
        for what, found, known in (
            ("wire", entry.wires, range(circuit.n_qubits)),
            ("layer", entry.layers, sorted({gate.layer for gate in circuit.gates})),
            ("stage", entry.stages, sorted({gate.stage for gate in circuit.gates})),
        ):
            require_known(f"{what} in the circuit for the noise {entry.channel}:", found, known)


def _stretched(entry: PlacedChannel, factor: float) -> PlacedChannel:
    ranges = strengths(entry.channel)
    values = {
        name: value * factor if ranges[name].stretches else value
        for name, value in entry.strengths.items()
    }
    return replace(entry, strengths=values)
