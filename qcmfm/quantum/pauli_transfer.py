"""Operators and channels in the basis of Pauli strings, where everything is real.

An operator on n wires is the vector of its 4^n coefficients. A string's index has the digits 0 to 3
for I, X, Y, Z in base 4, with wire 0 as the first digit. A channel is the real matrix
R[i, j] = Tr(P_i channel(P_j)) / 2^n, which maps the values Tr(P_j rho) of a state to those of the
resulting state; its transpose propagates the coefficients of an observable back to before the
channel (Heisenberg picture). See Greenbaum, arXiv:1509.02921.
"""

import functools
import math
from collections.abc import Sequence
from itertools import product

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from qcmfm.quantum import gates

GROUP = 3
"""Number of wires per matrix in a change of basis."""


@gates.constant
def pauli_strings(n_wires: int) -> Complex[Tensor, "string row column"]:
    """The matrices of all Pauli strings on a number of wires, in complex128."""
    return torch.stack([gates.pauli("".join(s)) for s in product("IXYZ", repeat=n_wires)])


def channel_transfer(kraus: Complex[Tensor, "kraus side side"]) -> Float[Tensor, "row column"]:
    """Transfer matrix of a channel in float64.

    Args:
        kraus: Kraus operators of the channel.
    """
    side = kraus.shape[-1]
    strings = pauli_strings(side.bit_length() - 1)
    after = torch.einsum("kab,jbc,kdc->jad", kraus, strings, kraus.conj())
    return torch.einsum("iab,jba->ij", strings, after).real / side


def gate_transfers(
    name: str, angles: Float[Tensor, "gate parameter"]
) -> Float[Tensor, "gate row column"]:
    """Transfer matrices of gates of the same name, in the precision of the angles.

    A gate's matrix is linear in a few functions of its angles, so its transfer matrix is linear in
    their products.

    Args:
        name: A key of `circuit.PARAMETERS`.
        angles: Radians, in the order of the gate's parameters.
    """
    terms = _term_transfers(name, angles.dtype, angles.device)
    values = gates.coefficients(nn.functional.pad(angles, (0, 3 - angles.shape[1])))
    pairs = (values[:, :, None] * values[:, None, :]).flatten(1)
    side = math.isqrt(terms.shape[1])
    return (pairs @ terms).reshape(-1, side, side)


@gates.constant
def _term_transfers(
    name: str, dtype: torch.dtype, device: torch.device
) -> Float[Tensor, "pair entry"]:
    """Contribution of each pair of a gate's terms to its transfer matrix."""
    terms = gates.terms(name)
    side = terms.shape[-1]
    strings = pauli_strings(side.bit_length() - 1)
    after = torch.einsum("xab,jbc,ydc->xyjad", terms, strings, terms.conj())
    pairs = torch.einsum("iab,xyjba->xyij", strings, after).real / side
    return pairs.flatten(2).flatten(0, 1).to(device=device, dtype=dtype)


def apply_to_digits(
    matrices: Float[Tensor, "window small small"],
    places: tuple[int, ...],
    product: Float[Tensor, "window row column"],
) -> Float[Tensor, "window row column"]:
    """Apply one matrix per window, from the left, to some of the digits of its rows.

    Args:
        matrices: Transfer matrices on the wires at `places`.
        places: Digits of the rows' Pauli strings that they act on, 0 for the most significant.
        product: Matrices that they are applied to; the columns do not change.
    """
    count, rows, columns = product.shape
    digits = (rows.bit_length() - 1) // 2
    others = [place for place in range(digits) if place not in places]
    order = [0, *(place + 1 for place in (*places, *others)), digits + 1]
    moved = product.reshape(count, *[4] * digits, columns).permute(order)
    applied = matrices @ moved.reshape(count, 4 ** len(places), -1)
    back = [order.index(axis) for axis in range(digits + 2)]
    return applied.reshape(moved.shape).permute(back).reshape(count, rows, columns)


def pauli_values(amplitudes: Float[Tensor, "batch amplitude"]) -> Float[Tensor, "batch string"]:
    """Tr(P rho) of every Pauli string P for pure states with real amplitudes."""
    n_wires = amplitudes.shape[1].bit_length() - 1
    sizes = [2**group for group in _groups(n_wires)]
    rows, columns = range(1, len(sizes) + 1), range(len(sizes) + 1, 2 * len(sizes) + 1)
    density = amplitudes[:, :, None] * amplitudes[:, None, :]
    pairs = [axis for both in zip(rows, columns, strict=True) for axis in both]
    units = density.reshape(-1, *sizes, *sizes).permute(0, *pairs).flatten(1)
    bases = [_real_basis(group, units.dtype, units.device).T for group in _groups(n_wires)]
    return _change(units, bases) * _real_signs(n_wires, units.dtype, units.device)


def real_operators(
    coefficients: Float[Tensor, "operator string"],
) -> Float[Tensor, "operator row column"]:
    """Real parts of the operators with these coefficients; they are symmetric.

    For states with real amplitudes, only the real part matters.
    """
    n_wires = (coefficients.shape[1].bit_length() - 1) // 2
    signed = coefficients * _real_signs(n_wires, coefficients.dtype, coefficients.device)
    bases = [_real_basis(g, coefficients.dtype, coefficients.device) for g in _groups(n_wires)]
    return _as_matrices(_change(signed, bases), n_wires)


def density_matrices(
    values: Float[Tensor, "batch string"],
) -> Complex[Tensor, "batch row column"]:
    """The density matrices for which the Pauli strings have these expectation values."""
    n_wires = (values.shape[1].bit_length() - 1) // 2
    dtype = gates.complex_dtype(values.dtype)
    bases = [pauli_strings(group).flatten(1).to(values.device, dtype) for group in _groups(n_wires)]
    return _as_matrices(_change(values.to(dtype), bases), n_wires) / 2**n_wires


def _groups(n_wires: int) -> list[int]:
    """Sizes of the groups of neighbouring wires whose basis is changed together."""
    return [min(GROUP, n_wires - first) for first in range(0, n_wires, GROUP)]


@gates.constant
def _real_basis(
    n_wires: int, dtype: torch.dtype, device: torch.device
) -> Float[Tensor, "string entry"]:
    """Entries of all Pauli strings, with i Y instead of Y to make them real."""
    letters = torch.tensor(
        [[1, 0, 0, 1], [0, 1, 1, 0], [0, 1, -1, 0], [1, 0, 0, -1]], dtype=dtype, device=device
    ).reshape(4, 2, 2)
    return functools.reduce(
        lambda left, right: torch.einsum("aij,bkl->abikjl", left, right).reshape(
            len(left) * 4, left.shape[1] * 2, left.shape[2] * 2
        ),
        [letters] * n_wires,
    ).flatten(1)


@gates.constant
def _real_signs(n_wires: int, dtype: torch.dtype, device: torch.device) -> Float[Tensor, " string"]:
    """Real part of (-i)^m for a string with m factors Y: corrects for i Y instead of Y."""
    of_count = torch.tensor([1.0, 0.0, -1.0, 0.0], dtype=dtype, device=device)
    digits = torch.arange(4**n_wires, device=device)[:, None] >> 2 * torch.arange(
        n_wires, device=device
    )
    return of_count[((digits & 3) == 2).sum(1) % 4]


def _change(vectors: Tensor, bases: Sequence[Tensor]) -> Tensor:
    """Apply one matrix, from the right, to each group of neighbouring digits."""
    count = len(vectors)
    if not count:
        return vectors
    for basis in reversed(bases):
        # Contracting the last digits and emitting them first is the fastest product.
        vectors = basis.T @ vectors.reshape(-1, len(basis)).T
    return vectors.reshape(-1, count).T


def _as_matrices(entries: Tensor, n_wires: int) -> Tensor:
    """Matrices from entries ordered by group of wires, then row, then column."""
    sizes = [2**group for group in _groups(n_wires) for _ in ("row", "column")]
    split = entries.reshape(-1, *sizes)
    order = [*range(1, len(sizes), 2), *range(2, len(sizes) + 1, 2)]
    return split.permute(0, *order).reshape(-1, 2**n_wires, 2**n_wires)
