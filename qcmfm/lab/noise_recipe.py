"""How a visitor of the Noise lab composes a noise setting, as a short text that fits into a link.

`superconducting_heron*2+depolarizing@layer:probability=0.01+readout:0.02,0.03+shots:1000` is a
preset made twice as strong, with a channel and readout errors of its own, measured 1,000 times.
"""

import math
import re
from dataclasses import dataclass

from qcmfm.core.errors import CircuitError
from qcmfm.lab.saved_noise import open_setting, saved_names, title
from qcmfm.quantum.noise import CHANNEL_WIRES, CHANNELS, MOMENTS, NoiseSetting, PlacedChannel
from qcmfm.quantum.noise import strengths as ranges
from qcmfm.quantum.noise_files import preset_names

EXACT = 0
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_CHANNEL = re.compile(r"(\w+)@(\w+)(?::(.*))?", re.DOTALL)
CHOOSABLE = tuple(name for name in CHANNELS if name != "readout_error")


@dataclass(frozen=True)
class NoiseRecipe:
    """A preset or saved setting made stronger, and what is added to it.

    It names its base where a `NoiseSetting` has the base's channels, so that the controls can show
    which device was chosen and how far it was strengthened.

    Args:
        base: Name of a preset or a saved setting; empty for none.
        factor: By how much its noise is made stronger.
        channels: Channels besides it, each with its strengths and its moment alone.
        false_one: Probability of reading 1 where 0 is right, besides it.
        false_zero: Probability of reading 0 where 1 is right, besides it.
        shots: Measurements of every record; 0 for exact values.
    """

    base: str = ""
    factor: float = 1.0
    channels: tuple[PlacedChannel, ...] = ()
    false_one: float = 0.0
    false_zero: float = 0.0
    shots: int = EXACT

    def setting(self) -> NoiseSetting:
        """The noise setting that comes of it.

        Raises:
            CircuitError: A strength leaves its range.
        """
        entries: tuple[PlacedChannel, ...] = ()
        source, shots = "", self.shots
        if self.base:
            base = open_setting(self.base)
            entries, source = base.stretched(self.factor).entries, base.source
            shots = self.shots or base.shots
        entries += self.channels
        if self.false_one or self.false_zero:
            strengths = {"false_one": self.false_one, "false_zero": self.false_zero}
            entries += (PlacedChannel("readout_error", strengths, "readout"),)
        return NoiseSetting(self.name(), entries, source, shots)

    def name(self) -> str:
        """The setting in a few words."""
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
    def from_text(cls, text: str) -> "NoiseRecipe":
        """The recipe of a link; what is wrong in it is left out."""
        found: dict[str, object] = {}
        channels: list[PlacedChannel] = []
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


def _channel(text: str) -> PlacedChannel | None:
    """A channel of a link; None where there is no such channel, or no such strength."""
    found = _CHANNEL.fullmatch(text)
    if not found or found[1] not in CHOOSABLE or found[2] not in moments(found[1]):
        return None
    values: dict[str, float] = {}
    for pair in (found[3] or "").split(","):
        name, _, number = pair.partition("=")
        if name in ranges(found[1]) and re.fullmatch(_NUMBER, number):
            values[name] = float(number)
    try:
        return PlacedChannel(found[1], values, found[2])
    except CircuitError:
        return None


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value)) if math.isfinite(value) else low
