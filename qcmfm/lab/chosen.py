"""What the controls of one condition stand at, as a short text that fits into a link.

`superconducting_heron*2+depolarizing@layer:probability=0.01+readout:0.02,0.03+shots:1000` is a
preset made twice as strong, with a channel and readout errors of its own, measured 1,000 times.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from qcmfm.core.errors import CircuitError
from qcmfm.lab.condition import Condition, open_condition, saved_names, title
from qcmfm.quantum.noise import CHANNEL_WIRES, CHANNELS, MOMENTS, NoiseEntry, NoiseSetting
from qcmfm.quantum.noise import strengths as ranges
from qcmfm.quantum.noise_files import preset_names

EXACT = 0
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_CHANNEL = re.compile(r"(\w+)@(\w+)(?::(.*))?", re.DOTALL)
CHOOSABLE = tuple(name for name in CHANNELS if name != "readout_error")


@dataclass(frozen=True)
class Placed:
    """A channel with its strengths and the moment at which it acts.

    Args:
        channel: A name of `CHOOSABLE`.
        at: A moment before the readout.
        strengths: Values of its parameters.
    """

    channel: str
    at: str = "gate"
    strengths: Mapping[str, float] = field(default_factory=dict)

    def entry(self) -> NoiseEntry:
        """The same as an entry of a noise setting."""
        return NoiseEntry(self.channel, dict(self.strengths), self.at)


@dataclass(frozen=True)
class Chosen:
    """What the controls of one condition stand at.

    Args:
        base: Name of a preset or a saved setting; empty for none.
        factor: By how much its noise is made stronger.
        channels: Channels besides it.
        false_one: Probability of reading 1 where 0 is right, besides it.
        false_zero: Probability of reading 0 where 1 is right, besides it.
        shots: Measurements of every record; 0 for exact values.
    """

    base: str = ""
    factor: float = 1.0
    channels: tuple[Placed, ...] = ()
    false_one: float = 0.0
    false_zero: float = 0.0
    shots: int = EXACT

    def condition(self) -> Condition:
        """The condition that the controls describe.

        Raises:
            CircuitError: A strength leaves its range.
        """
        entries: tuple[NoiseEntry, ...] = ()
        source, shots = "", self.shots
        if self.base:
            opened = open_condition(self.base)
            entries, source = opened.setting.stretched(self.factor).entries, opened.setting.source
            shots = self.shots or opened.shots
        entries += tuple(placed.entry() for placed in self.channels)
        if self.false_one or self.false_zero:
            read = {"false_one": self.false_one, "false_zero": self.false_zero}
            entries += (NoiseEntry("readout_error", read, "readout"),)
        return Condition(NoiseSetting(self.name(), entries, source), shots)

    def name(self) -> str:
        """The condition in a few words."""
        parts: list[str] = []
        if self.base:
            stretched = "" if self.factor == 1 else f" × {self.factor:g}"
            parts.append(title(self.base) + stretched)
        parts += [placed.channel.replace("_", " ") for placed in self.channels]
        if self.false_one or self.false_zero:
            parts.append("readout error")
        return " + ".join(parts) or "no noise"

    def to_text(self) -> str:
        """The text for a link; empty for no noise."""
        parts: list[str] = []
        if self.base:
            parts.append(self.base + ("" if self.factor == 1 else f"*{self.factor!r}"))
        for placed in self.channels:
            values = ",".join(f"{name}={value!r}" for name, value in placed.strengths.items())
            parts.append(f"{placed.channel}@{placed.at}" + (f":{values}" if values else ""))
        if self.false_one or self.false_zero:
            parts.append(f"readout:{self.false_one!r},{self.false_zero!r}")
        if self.shots:
            parts.append(f"shots:{self.shots}")
        return "+".join(parts)

    @classmethod
    def from_text(cls, text: str) -> "Chosen":
        """The controls of a link; what it says wrongly is passed over."""
        found: dict[str, object] = {}
        channels: list[Placed] = []
        # A sign of an exponent is no separator: 1e+20.
        for part in re.split(r"(?<!\d[eE])\+", text):
            if placed := _channel(part):
                if placed.channel not in [other.channel for other in channels]:
                    channels.append(placed)
            elif read := re.fullmatch(rf"readout:({_NUMBER}),({_NUMBER})", part):
                values = [_within(float(number), 0.0, 1.0) for number in read.groups()]
                found["false_one"], found["false_zero"] = values
            elif shots := re.fullmatch(r"shots:(\d{1,9})", part):
                found["shots"] = int(shots[1])
            else:
                base, _, factor = part.partition("*")
                if base in {*preset_names(), *saved_names()}:
                    found["base"] = base
                    if re.fullmatch(_NUMBER, factor):
                        found["factor"] = _within(float(factor), 0.0, 100.0)
        return cls(channels=tuple(channels), **found)  # pyright: ignore[reportArgumentType]


def moments(channel: str) -> tuple[str, ...]:
    """The moments at which a channel can act, before the readout."""
    before = tuple(moment for moment in MOMENTS if moment != "readout")
    return before if CHANNEL_WIRES[channel] == 1 else ("gate",)


def _channel(text: str) -> Placed | None:
    """A channel of a link; None where it is none that can be."""
    found = _CHANNEL.fullmatch(text)
    if not found or found[1] not in CHOOSABLE or found[2] not in moments(found[1]):
        return None
    values: dict[str, float] = {}
    for pair in (found[3] or "").split(","):
        name, _, number = pair.partition("=")
        if name in ranges(found[1]) and re.fullmatch(_NUMBER, number):
            values[name] = float(number)
    placed = Placed(found[1], found[2], values)
    try:
        placed.entry()
    except CircuitError:
        return None
    return placed


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value)) if math.isfinite(value) else low
