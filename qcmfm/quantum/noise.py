"""A noise setting is data: which channels act, how strongly, and where in a circuit.

Everything noisy is derived from `noisy_operations`: the exact simulation, and the QNode on
PennyLane's default.mixed that it is checked against.
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
"""Every channel by its name."""

CHANNEL_WIRES = {name: len(channel()[0]).bit_length() - 1 for name, channel in CHANNELS.items()}
"""Number of wires of every channel."""


def strengths(channel: str) -> dict[str, Strength]:
    """What each parameter of a channel may be.

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
    """A channel's Kraus operators, after a look at its name and strengths.

    Args:
        channel: A key of `CHANNELS`.
        values: Its strengths by name; those left out do nothing.

    Raises:
        CircuitError: There is no such channel or strength, or a strength is out of its range.
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
    """A channel's strengths, with its defaults for those that are left out."""
    parameters = inspect.signature(CHANNELS[channel]).parameters.values()
    return {p.name: values.get(p.name, p.default) for p in parameters}


@dataclass(frozen=True)
class PlacedChannel:
    """One channel and the places where it acts. An empty choice means all there are.

    Args:
        channel: A key of `CHANNELS`.
        strengths: Values of its parameters; those left out do nothing.
        at: The moment: "start" of the circuit, after every "gate", at the end of every "stage" or
            every "layer", or at "readout". A channel on two wires acts after gates on two wires;
            one on one wire acts on each wire that a gate touched, and at the other moments on every
            wire.
        gates: Names of gates.
        gate_wires: Number of wires of the gates; 0 means any.
        layers: Numbers of layers, from 0.
        stages: Names of stages.
        wires: The wires on which it acts.

    Raises:
        CircuitError: An unknown name, a number out of its range, or a place that cannot be.
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
        """The wires of each application, where these wires were touched."""
        here = tuple(wire for wire in touched if not self.wires or wire in self.wires)
        if CHANNEL_WIRES[self.channel] == 1:
            return [(wire,) for wire in here]
        return [here] if len(here) == 2 else []

    def follows(self, gate: Gate) -> bool:
        """Whether it acts after this gate."""
        return (
            self.at == "gate"
            and self.gate_wires in (0, len(gate.wires))
            and (not self.gates or gate.name in self.gates)
            and self.ends(gate)
        )

    def ends(self, gate: Gate) -> bool:
        """Whether the gate is in the chosen layers and stages."""
        return (not self.layers or gate.layer in self.layers) and (
            not self.stages or gate.stage in self.stages
        )


@dataclass(frozen=True)
class NoiseSetting:
    """Everything that goes wrong on a device, in the order in which it does.

    Args:
        name: What the setting is called.
        entries: The channels; those of one moment act one after the other.
        source: Where the numbers come from.
        shots: Measurements of every record; 0 for exact expectation values. Exact simulators leave
            it out of account.

    Raises:
        CircuitError: So many shots cannot be taken.
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
        """The same setting with probabilities, gate times and unwanted angles times a factor.

        Raises:
            CircuitError: A strength leaves its range.
        """
        return replace(self, entries=tuple(_stretched(entry, factor) for entry in self.entries))


@dataclass(frozen=True)
class Noise:
    """One application of a channel.

    Args:
        channel: A key of `CHANNELS`.
        strengths: Values of its parameters.
        at: The moment, as in `PlacedChannel`.
        wires: The wires it acts on.
    """

    channel: str
    strengths: Mapping[str, float]
    at: str
    wires: tuple[int, ...]


def noisy_operations(circuit: Circuit, setting: NoiseSetting) -> Iterator[Gate | Noise]:
    """The gates of a circuit and what goes wrong between them, in the order in which it happens.

    Raises:
        CircuitError: The setting names a wire, layer or stage that the circuit has not.
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
    """Refuse a name that is not on a list."""
    known = list(known)
    for name in found:
        if name not in known:
            raise CircuitError(
                f"There is no {what} {name!r}.", f"Choose one of {', '.join(map(str, known))}."
            )


def _require_places(circuit: Circuit, setting: NoiseSetting) -> None:
    """Refuse a setting that was made for another circuit."""
    for entry in setting.entries:
        for what, found, there in (
            ("wire", entry.wires, range(circuit.n_qubits)),
            ("layer", entry.layers, sorted({gate.layer for gate in circuit.gates})),
            ("stage", entry.stages, sorted({gate.stage for gate in circuit.gates})),
        ):
            require_known(f"{what} in the circuit for the noise {entry.channel}:", found, there)


def _stretched(entry: PlacedChannel, factor: float) -> PlacedChannel:
    ranges = strengths(entry.channel)
    values = {
        name: value * factor if ranges[name].stretches else value
        for name, value in entry.strengths.items()
    }
    return replace(entry, strengths=values)
