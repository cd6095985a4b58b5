"""Operators and channels in the basis of Pauli strings, where everything is real.

An operator on n wires is the vector of its 4^n coefficients, the strings ordered like the numbers
they make with I, X, Y, Z as digits 0 to 3 and wire 0 as the first digit. A channel is the real
matrix R[i, j] = Tr(P_i channel(P_j)) / 2^n that takes the values Tr(P_j rho) of a state to those of
the state that comes out; its transpose takes the coefficients of an observable back to before the
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
"""Wires that are changed to another basis by one matrix."""


@gates.constant
def pauli_strings(n_wires: int) -> Complex[Tensor, "string row column"]:
    """The matrices of all strings on so many wires, in complex128."""
    return torch.stack([gates.pauli("".join(s)) for s in product("IXYZ", repeat=n_wires)])


def channel_transfer(kraus: Complex[Tensor, "kraus side side"]) -> Float[Tensor, "row column"]:
    """Transfer matrix of a channel in float64.

    Args:
        kraus: Its Kraus operators.
    """
    side = kraus.shape[-1]
    strings = pauli_strings(side.bit_length() - 1)
    after = torch.einsum("kab,jbc,kdc->jad", kraus, strings, kraus.conj())
    return torch.einsum("iab,jba->ij", strings, after).real / side


def gate_transfers(
    name: str, angles: Float[Tensor, "gate parameter"]
) -> Float[Tensor, "gate row column"]:
    """Transfer matrices of gates of one kind, in the precision of the angles.

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
    """What each pair of a gate's terms adds to its transfer matrix."""
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
        places: Which digits of the rows' Pauli strings they act on, 0 for the most significant.
        product: What they are applied to; the digits of its columns stay as they are.
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
    """Tr(P rho) of every Pauli string P in the pure states that these real amplitudes are."""
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
    """Real parts of the operators that have these coefficients; they are symmetric.

    The real part is all that counts for states with real amplitudes.
    """
    n_wires = (coefficients.shape[1].bit_length() - 1) // 2
    signed = coefficients * _real_signs(n_wires, coefficients.dtype, coefficients.device)
    bases = [_real_basis(g, coefficients.dtype, coefficients.device) for g in _groups(n_wires)]
    return _as_matrices(_change(signed, bases), n_wires)


def density_matrices(
    values: Float[Tensor, "batch string"],
) -> Complex[Tensor, "batch row column"]:
    """The states in which the Pauli strings have these values."""
    n_wires = (values.shape[1].bit_length() - 1) // 2
    dtype = gates.complex_dtype(values.dtype)
    bases = [pauli_strings(group).flatten(1).to(values.device, dtype) for group in _groups(n_wires)]
    return _as_matrices(_change(values.to(dtype), bases), n_wires) / 2**n_wires


def _groups(n_wires: int) -> list[int]:
    """Numbers of neighbouring wires whose basis is changed together."""
    return [min(GROUP, n_wires - first) for first in range(0, n_wires, GROUP)]


@gates.constant
def _real_basis(
    n_wires: int, dtype: torch.dtype, device: torch.device
) -> Float[Tensor, "string entry"]:
    """Entries of all strings, with i Y in place of Y."""
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
    """Real part of (-i)^m for a string with m times Y: what i Y in place of Y left out."""
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
        # Last digits in, first digits out: the fastest product.
        vectors = basis.T @ vectors.reshape(-1, len(basis)).T
    return vectors.reshape(-1, count).T


def _as_matrices(entries: Tensor, n_wires: int) -> Tensor:
    """Matrices from entries ordered by group of wires, then row, then column."""
    sizes = [2**group for group in _groups(n_wires) for _ in ("row", "column")]
    split = entries.reshape(-1, *sizes)
    order = [*range(1, len(sizes), 2), *range(2, len(sizes) + 1, 2)]
    return split.permute(0, *order).reshape(-1, 2**n_wires, 2**n_wires)
