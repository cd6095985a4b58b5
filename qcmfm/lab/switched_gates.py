"""The trained circuit with some of its gates switched off, to see what they are there for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from qcmfm.lab.circuit_inputs import Readout
from qcmfm.quantum.circuit import Circuit, select_gates


@dataclass(frozen=True)
class SwitchedOff:
    """What is switched off.

    Args:
        gates: Numbers of gates, from 0.
        layers: Numbers of layers, from 0.
        entanglement: Whether no gate acts on two wires.
    """

    gates: frozenset[int] = frozenset()
    layers: frozenset[int] = frozenset()
    entanglement: bool = False

    def numbers(self, circuit: Circuit) -> frozenset[int]:
        """Numbers of all gates of a circuit that are off."""
        return frozenset(
            number
            for number, gate in enumerate(circuit.gates)
            if number in self.gates
            or gate.layer in self.layers
            or (self.entanglement and len(gate.wires) == 2)
        )

    def to_text(self) -> str:
        """A text for a link: `12,13,L1,E`; empty for nothing."""
        parts = [str(number) for number in sorted(self.gates)]
        parts += [f"L{layer}" for layer in sorted(self.layers)]
        return ",".join([*parts, *(["E"] if self.entanglement else [])])

    @classmethod
    def from_text(cls, text: str, circuit: Circuit) -> "SwitchedOff":
        """What a link says is off; what the circuit does not have is left out."""
        parts = text.split(",")
        gates = {int(part) for part in parts if re.fullmatch(r"\d{1,6}", part)}
        layers = {int(part[1:]) for part in parts if re.fullmatch(r"L\d{1,3}", part)}
        there = {gate.layer for gate in circuit.gates}
        gates = gates & set(range(len(circuit.gates)))
        return cls(frozenset(gates), frozenset(layers & there), "E" in parts)


def remove_gates(
    circuit: Circuit, angles: Float[Tensor, " weight"], off: Iterable[int]
) -> tuple[Circuit, Float[Tensor, " fewer"]]:
    """A circuit without some of its gates, and the angles that are left.

    Args:
        circuit: The whole one.
        angles: Its angles in radians.
        off: Numbers of the gates to leave out, from 0.
    """
    gone = set(off)
    left, slots = select_gates(circuit, (n for n in range(len(circuit.gates)) if n not in gone))
    return left, angles[torch.tensor(slots, dtype=torch.long)]


def without_gates(readout: Readout, off: Iterable[int]) -> Readout:
    """The same readout of a circuit without some of its gates."""
    circuit, angles = remove_gates(readout.circuit, readout.angles, off)
    return replace(readout, circuit=circuit, angles=angles)
