"""Matrices of gates, batched and differentiable.

The matrix of a gate is linear in a few real functions of its angles: `exp(-i t P / 2)` is
`cos(t / 2) I + sin(t / 2) (-i P)`. In this form, every gate is a sum of five constant matrices
weighted by such functions, and only real numbers have to be differentiated.
"""

import functools
from collections.abc import Callable
from typing import ParamSpec, cast

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from qcmfm.quantum.circuit import PARAMETERS, Gate

Arguments = ParamSpec("Arguments")

PAULIS = {
    "I": [[1, 0], [0, 1]],
    "X": [[0, 1], [1, 0]],
    "Y": [[0, -1j], [1j, 0]],
    "Z": [[1, 0], [0, -1]],
}


def constant(make: Callable[Arguments, Tensor]) -> Callable[Arguments, Tensor]:
    """Cache the tensor that a function returns for each set of arguments.

    It is computed outside of inference mode even if the first call is inside, so that training can
    use it later.
    """

    @functools.wraps(make)
    def computed(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Tensor:
        with torch.inference_mode(False):
            return make(*args, **kwargs)

    return cast(Callable[Arguments, Tensor], functools.cache(computed))


def pauli(letters: str) -> Complex[Tensor, "row column"]:
    """Kronecker product of Pauli matrices in complex128.

    Args:
        letters: One of I, X, Y and Z per wire.
    """
    factors = [torch.tensor(PAULIS[letter], dtype=torch.complex128) for letter in letters]
    return functools.reduce(torch.kron, factors)


def complex_dtype(real: torch.dtype) -> torch.dtype:
    """The complex dtype of the same precision as a real one."""
    return torch.complex128 if real == torch.float64 else torch.complex64


class Constant:
    """A constant tensor, cached per precision and device.

    Args:
        exact: The tensor in double precision.
    """

    def __init__(self, exact: Tensor):
        self.exact = exact
        self._copies: dict[object, Tensor] = {}

    def cast_like(self, other: Tensor) -> Tensor:
        """The tensor in the precision and on the device of another one."""
        key = (other.dtype, other.device)
        if key not in self._copies:
            with torch.inference_mode(False):
                self._copies[key] = self.exact.to(other)
        return self._copies[key]


def matrices(
    name: str, angles: Float[Tensor, "gate parameter"]
) -> Complex[Tensor, "gate row column"]:
    """Matrices of gates of the same name, in the precision of the angles.

    Args:
        name: A key of `circuit.PARAMETERS`.
        angles: Radians, in the order of the gate's parameters.
    """
    padded = torch.nn.functional.pad(angles, (0, 3 - PARAMETERS[name]))
    constants = torch.view_as_real(terms(name)).to(angles)
    parts = torch.einsum("gt,trcp->grcp", coefficients(padded), constants)
    return torch.view_as_complex(parts)


def coefficients(angles: Float[Tensor, "gate 3"]) -> Float[Tensor, "gate 5"]:
    """Coefficients of the constant matrices in `terms`, as functions of a gate's angles.

    Args:
        angles: (a, b, c) for `Rot(a, b, c)`, (t, 0, 0) for a gate with one angle t, else zeros.
    """
    turn, tilt, other = (angles / 2).unbind(1)
    cos, sin = tilt.cos(), tilt.sin()
    plus, minus = turn + other, turn - other
    of_plus, of_minus = (cos * plus.cos(), cos * plus.sin()), (sin * minus.cos(), sin * minus.sin())
    return torch.stack([torch.ones_like(cos), *of_plus, *of_minus], 1)


@constant
def terms(name: str) -> Complex[Tensor, "5 row column"]:
    """The constant matrices whose sum, weighted by `coefficients`, is the gate; complex128."""
    on, off = (pauli("I") - pauli("Z")) / 2, (pauli("I") + pauli("Z")) / 2
    parts: list[Tensor]
    if name == "Rot":
        zero = torch.zeros_like(on)
        parts = [zero, pauli("I"), -1j * pauli("Z"), -1j * pauli("Y"), -1j * pauli("X")]
    elif name == "H":
        parts = [(pauli("X") + pauli("Z")) / 2**0.5]
    elif name in ("CNOT", "CZ"):
        parts = [torch.kron(off, pauli("I")) + torch.kron(on, pauli("XZ"[name == "CZ"]))]
    elif name.startswith("CR"):
        turned = -1j * torch.kron(on, pauli(name[-1]))
        parts = [torch.kron(off, pauli("I")), torch.kron(on, pauli("I")), turned]
    else:
        axis = pauli(name.removeprefix("Ising").removeprefix("R"))
        parts = [torch.zeros_like(axis), torch.eye(len(axis), dtype=axis.dtype), -1j * axis]
    return torch.stack(parts + [torch.zeros_like(parts[0])] * (5 - len(parts)))


@functools.cache
def _dense_places(name: str) -> tuple[int, ...]:
    """Indices of the wires whose basis states a gate changes."""
    size = terms(name).abs().sum(0)
    n_wires = len(size).bit_length() - 1
    states = torch.arange(len(size))
    places = []
    for place in range(n_wires):
        bit = states >> (n_wires - 1 - place) & 1
        if size[bit[:, None] != bit].any():
            places.append(place)
    return tuple(places)


def dense_wires(gate: Gate) -> tuple[int, ...]:
    """The wires whose basis states a gate changes; on the others it is diagonal."""
    return tuple(gate.wires[place] for place in _dense_places(gate.name))
