"""Noise channels, each one function that returns its Kraus operators.

A channel takes a density matrix rho to the sum of K rho K^dagger over its Kraus operators K. Every
public function of this module is a channel, and writing one is all it takes to add one: `noise`
lists them by their names, their parameters say what values are allowed, and their defaults are the
values at which the channel does nothing. Strengths may be tensors; the operators, in complex128,
are differentiable in them, and what they do to a state is so at the ends of the ranges too.

Where PennyLane has the channel, name and convention are its own. Formulas: Nielsen and Chuang,
Quantum Computation and Quantum Information, chapter 8.3, unless a docstring says otherwise.
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
    """What a parameter of a channel may be.

    Args:
        low: Smallest value.
        high: Largest value.
        stretches: Whether the value grows when all noise is made stronger by a factor.
        positive: Whether `low` itself is not allowed.
    """

    low: float
    high: float
    stretches: bool = True
    positive: bool = False

    def __str__(self) -> str:
        """The range in words."""
        if math.isinf(self.high):
            least = f"above {self.low:g}" if self.positive else f"of at least {self.low:g}"
            return "any number" if math.isinf(self.low) else f"a number {least}"
        return f"{self.low:g} to {self.high:g}"

    def allows(self, value: float) -> bool:
        """Whether a value is a number in the range."""
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
    """X with this probability."""
    return _mixture({"I": 1 - probability, "X": probability})


def phase_flip(probability: Probability = 0.0) -> OneWire:
    """Z with this probability."""
    return _mixture({"I": 1 - probability, "Z": probability})


def bit_phase_flip(probability: Probability = 0.0) -> OneWire:
    """Y with this probability."""
    return _mixture({"I": 1 - probability, "Y": probability})


def depolarizing(probability: Probability = 0.0) -> OneWire:
    """X, Y or Z, each with a third of this probability, as in PennyLane.

    3/4 makes every state maximally mixed; other texts call 4/3 of it the strength.
    """
    return _mixture({"I": 1 - probability} | dict.fromkeys("XYZ", probability / 3))


def two_qubit_depolarizing(probability: Probability = 0.0) -> TwoWires:
    """One of the 15 products of Pauli matrices other than II, all equally likely.

    15/16 makes every state maximally mixed.
    """
    errors = ["".join(letters) for letters in product("IXYZ", repeat=2)][1:]
    return _mixture({"II": 1 - probability} | dict.fromkeys(errors, probability / 15))


def amplitude_damping(damping: Probability = 0.0) -> OneWire:
    """The qubit falls from 1 to 0 with this probability."""
    return generalised_amplitude_damping(damping)[:2]


def generalised_amplitude_damping(
    damping: Probability = 0.0, excited_population: Population = 0.0
) -> OneWire:
    """Damping towards a state that is not quite 0.

    Args:
        damping: How far the qubit moves to that state, 1 being all the way.
        excited_population: Probability of 1 in that state; PennyLane's `p`.
    """
    kept, lost = _root(1 - damping), _root(damping)
    cold, hot = _root(1 - excited_population), _root(excited_population)
    return torch.stack(
        [
            cold * (_unit(0, 0) + kept * _unit(1, 1)),
            cold * lost * _unit(0, 1),
            hot * (kept * _unit(0, 0) + _unit(1, 1)),
            hot * lost * _unit(1, 0),
        ]
    )


def phase_damping(damping: Probability = 0.0) -> OneWire:
    """Coherence shrinks by the root of 1 less this, populations stay."""
    return torch.stack(
        [_unit(0, 0) + _root(1 - damping) * _unit(1, 1), _root(damping) * _unit(1, 1)]
    )


def thermal_relaxation(
    t1: Lifetime = 1.0,
    t2: Lifetime = 1.0,
    gate_time: Duration = 0.0,
    excited_population: Population = 0.0,
) -> OneWire:
    """What a qubit suffers while a gate of this length runs.

    Populations relax as exp(-gate_time / t1), coherences as exp(-gate_time / t2); so it is
    generalised amplitude damping, then the phase damping that is left of t2.

    Args:
        t1: Relaxation time.
        t2: Dephasing time, at most 2 t1.
        gate_time: Length of the gate; the three times are in one unit, whichever.
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
    """The same unwanted turn every time: exp(-i (x X + y Y + z Z) / 2), angles in radians."""
    generator = _number(x) * pauli("X") + _number(y) * pauli("Y") + _number(z) * pauli("Z")
    return torch.linalg.matrix_exp(-0.5j * generator)[None]


def coherent_zz_over_rotation(angle: Radians = 0.0) -> TwoWires:
    """The same unwanted ZZ turn every time: exp(-i angle ZZ / 2), as crosstalk gives."""
    half = _number(angle) / 2
    return (half.cos() * pauli("II") - 1j * half.sin() * pauli("ZZ"))[None]


def readout_error(false_one: Probability = 0.0, false_zero: Probability = 0.0) -> OneWire:
    """The classical error of a measurement, as a channel just before it.

    Args:
        false_one: p(1|0), probability of reading 1 where 0 is right.
        false_zero: p(0|1), probability of reading 0 where 1 is right.
    """
    right = _root(1 - false_one) * _unit(0, 0) + _root(1 - false_zero) * _unit(1, 1)
    return torch.stack([right, _root(false_one) * _unit(1, 0), _root(false_zero) * _unit(0, 1)])


def _number(value: Value) -> Tensor:
    """A strength in double precision."""
    return torch.as_tensor(value, dtype=torch.float64)


def _root(value: Value) -> Tensor:
    """Square root with a finite slope at 0, so that products of two roots have the right one."""
    return (_number(value) + torch.finfo(torch.float64).tiny).sqrt()


def _unit(row: int, column: int) -> Tensor:
    """The 2 x 2 matrix |row><column|."""
    matrix = torch.zeros(2, 2, dtype=torch.complex128)
    matrix[row, column] = 1
    return matrix


def _mixture(probabilities: Mapping[str, Value]) -> Complex[Tensor, "kraus side side"]:
    """Products of Pauli matrices, each with its probability."""
    return torch.stack([_root(p) * pauli(letters) for letters, p in probabilities.items()])
