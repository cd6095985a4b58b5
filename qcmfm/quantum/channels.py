"""Noise channels, each one function that returns its Kraus operators.

A channel maps a density matrix rho to the sum of K rho K^dagger over its Kraus operators K. Every
public function of this module is a channel; nothing else is needed to add one. `noise` finds them
by name, the annotations of their parameters define the allowed values, and the channel is the
identity at the default values. Strengths may be tensors. The operators, in complex128, are
differentiable in them, and the resulting state is differentiable also at the ends of the ranges.

Names and conventions are PennyLane's where it has the channel. Formulas are from Nielsen and
Chuang, Quantum Computation and Quantum Information, chapter 8.3, unless a docstring says otherwise.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Annotated

import torch
from jaxtyping import Complex
from torch import Tensor

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.gates import pauli


@dataclass(frozen=True)
class Strength:
    """The allowed range of a channel's parameter.

    Args:
        low: Smallest value.
        high: Largest value.
        stretches: Whether the value is multiplied when all noise is scaled by a factor.
        positive: Whether `low` itself is excluded.
    """

    low: float
    high: float
    stretches: bool = True
    positive: bool = False

    def __str__(self) -> str:
        """The range in words, as in error messages."""
        if math.isinf(self.high):
            least = f"above {self.low:g}" if self.positive else f"of at least {self.low:g}"
            return "any number" if math.isinf(self.low) else f"a number {least}"
        return f"{self.low:g} to {self.high:g}"

    def allows(self, value: float) -> bool:
        """Whether a value is finite and in the range."""
        inside = self.low <= value <= self.high and not (self.positive and value == self.low)
        return math.isfinite(value) and inside


Value = float | int | Tensor
Probability = Annotated[Value, Strength(0.0, 1.0)]
Population = Annotated[Value, Strength(0.0, 1.0, stretches=False)]
Duration = Annotated[Value, Strength(0.0, math.inf)]
Lifetime = Annotated[Value, Strength(0.0, math.inf, stretches=False, positive=True)]
Radians = Annotated[Value, Strength(-math.inf, math.inf)]
OneWire = Complex[Tensor, "kraus 2 2"]
TwoWires = Complex[Tensor, "kraus 4 4"]


def bit_flip(probability: Probability = 0.0) -> OneWire:
    """Apply X with this probability."""
    return _mixture({"I": 1 - probability, "X": probability})


def phase_flip(probability: Probability = 0.0) -> OneWire:
    """Apply Z with this probability."""
    return _mixture({"I": 1 - probability, "Z": probability})


def bit_phase_flip(probability: Probability = 0.0) -> OneWire:
    """Apply Y with this probability."""
    return _mixture({"I": 1 - probability, "Y": probability})


def depolarizing(probability: Probability = 0.0) -> OneWire:
    """Apply X, Y or Z, each with a third of this probability, as in PennyLane.

    A probability of 3/4 makes every state maximally mixed; other texts use 4/3 of it as strength.
    """
    return _mixture({"I": 1 - probability} | dict.fromkeys("XYZ", probability / 3))


def two_qubit_depolarizing(probability: Probability = 0.0) -> TwoWires:
    """Apply one of the 15 products of Pauli matrices other than II, all equally likely.

    A probability of 15/16 makes every state maximally mixed.
    """
    errors = ["".join(letters) for letters in product("IXYZ", repeat=2)][1:]
    return _mixture({"II": 1 - probability} | dict.fromkeys(errors, probability / 15))


def amplitude_damping(damping: Probability = 0.0) -> OneWire:
    """Decay from 1 to 0 with this probability."""
    return generalised_amplitude_damping(damping)[:2]


def generalised_amplitude_damping(
    damping: Probability = 0.0, excited_population: Population = 0.0
) -> OneWire:
    """Amplitude damping towards a thermal state.

    Args:
        damping: Strength of the relaxation; 1 reaches the thermal state.
        excited_population: Probability of 1 in the thermal state; PennyLane's `p`.
    """
    stay, decay = _root(1 - damping), _root(damping)
    cold, hot = _root(1 - excited_population), _root(excited_population)
    return torch.stack(
        [
            cold * (_unit(0, 0) + stay * _unit(1, 1)),
            cold * decay * _unit(0, 1),
            hot * (stay * _unit(0, 0) + _unit(1, 1)),
            hot * decay * _unit(1, 0),
        ]
    )


def phase_damping(damping: Probability = 0.0) -> OneWire:
    """Dephasing: coherences shrink by sqrt(1 - damping), populations do not change."""
    return torch.stack(
        [_unit(0, 0) + _root(1 - damping) * _unit(1, 1), _root(damping) * _unit(1, 1)]
    )


def thermal_relaxation(
    t1: Lifetime = 1.0,
    t2: Lifetime = 1.0,
    gate_time: Duration = 0.0,
    excited_population: Population = 0.0,
) -> OneWire:
    """Relaxation and dephasing of a qubit during a gate.

    Populations relax as exp(-gate_time / t1), coherences as exp(-gate_time / t2). This is
    generalised amplitude damping followed by the phase damping needed to reach t2.

    Args:
        t1: Relaxation time.
        t2: Dephasing time, at most 2 t1.
        gate_time: Duration of the gate; all times are in the same, arbitrary unit.
        excited_population: Probability of 1 in thermal equilibrium.

    Raises:
        CircuitError: T2 is above 2 T1.
    """
    if t2 > 2 * t1:
        raise CircuitError(
            f"T2 is {float(t2):g} and T1 is {float(t1):g}: no qubit has a T2 above 2 T1.",
            f"Choose a T2 of at most {2 * float(t1):g}.",
        )
    relaxed = -torch.expm1(-_number(gate_time) / t1)
    dephased = -torch.expm1(_number(gate_time) * (1 / _number(t1) - 2 / _number(t2)))
    first = generalised_amplitude_damping(relaxed, excited_population)
    second = phase_damping(dephased)
    return torch.einsum("aij,bjk->abik", second, first).flatten(0, 1)


def coherent_over_rotation(x: Radians = 0.0, y: Radians = 0.0, z: Radians = 0.0) -> OneWire:
    """A systematic over-rotation, exp(-i (x X + y Y + z Z) / 2), with angles in radians."""
    generator = _number(x) * pauli("X") + _number(y) * pauli("Y") + _number(z) * pauli("Z")
    return torch.linalg.matrix_exp(-0.5j * generator)[None]


def coherent_zz_over_rotation(angle: Radians = 0.0) -> TwoWires:
    """A systematic ZZ rotation, exp(-i angle ZZ / 2), as crosstalk causes; angle in radians."""
    half = _number(angle) / 2
    return (half.cos() * pauli("II") - 1j * half.sin() * pauli("ZZ"))[None]


def readout_error(false_one: Probability = 0.0, false_zero: Probability = 0.0) -> OneWire:
    """The classical readout error as a channel right before the measurement.

    Args:
        false_one: p(1|0), the probability of reading 1 for the state 0.
        false_zero: p(0|1), the probability of reading 0 for the state 1.
    """
    right = _root(1 - false_one) * _unit(0, 0) + _root(1 - false_zero) * _unit(1, 1)
    return torch.stack([right, _root(false_one) * _unit(1, 0), _root(false_zero) * _unit(0, 1)])


def _number(value: Value) -> Tensor:
    """A strength in double precision."""
    return torch.as_tensor(value, dtype=torch.float64)


def _root(value: Value) -> Tensor:
    """Square root with a finite slope at 0, so that products of two roots are differentiable."""
    return (_number(value) + torch.finfo(torch.float64).tiny).sqrt()


def _unit(row: int, column: int) -> Tensor:
    """The 2 x 2 matrix |row><column|."""
    matrix = torch.zeros(2, 2, dtype=torch.complex128)
    matrix[row, column] = 1
    return matrix


def _mixture(probabilities: Mapping[str, Value]) -> Complex[Tensor, "kraus side side"]:
    """Kraus operators of a probabilistic mixture of Pauli products."""
    return torch.stack([_root(p) * pauli(letters) for letters, p in probabilities.items()])
