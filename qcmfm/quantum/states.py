"""Properties of quantum states, for lessons and figures; written for clarity, not for speed.

States are a batch of vectors or a batch of density matrices. Wire 0 is the most significant bit of
a basis state's number. Entropies are in bits.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from qcmfm.core.errors import CircuitError
from qcmfm.core.messages import msg
from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.gates import complex_dtype, matrices, pauli

Vectors = Complex[Tensor, "batch amplitude"]
Densities = Complex[Tensor, "batch row column"]

EVERY = ("gate", "stage", "layer")


def states_along(
    circuit: Circuit,
    amplitudes: Float[Tensor, "batch amplitude"],
    weights: Float[Tensor, "*batch weight"],
    every: str = "gate",
) -> Iterator[tuple[str, Vectors]]:
    """The initial state and the state after every gate, stage or layer, each with a name.

    Args:
        circuit: The circuit.
        amplitudes: Real, each row of norm 1; float32 or float64 sets the precision.
        weights: Angles in radians, the same for all samples or one row per sample.
        every: Granularity of the steps, one of `EVERY`.

    Raises:
        CircuitError: There is no such step.
    """
    if every not in EVERY:
        raise CircuitError(f"There is no step {every!r}.", f"Choose one of {', '.join(EVERY)}.")
    states = amplitudes.to(complex_dtype(amplitudes.dtype))
    weights = torch.atleast_2d(weights.to(amplitudes.dtype))
    yield msg("start"), states
    for name, gates in _steps(circuit, every):
        for gate in gates:
            angles = weights[:, list(gate.slots)]
            states = _applied(gate, matrices(gate.name, angles), states)
        yield name, states


def _steps(circuit: Circuit, every: str) -> Iterator[tuple[str, list[Gate]]]:
    """Name and gates of every step."""
    if every == "gate":
        for gate in circuit.gates:
            wires = ", ".join(map(str, gate.wires))
            yield msg("{gate} on {wires}", gate=gate.name, wires=wires), [gate]
        return
    by_stage = every == "stage"
    parts = groupby(circuit.gates, lambda gate: (gate.layer, gate.stage if by_stage else ""))
    for (layer, stage), gates in parts:
        name = msg("layer {layer}", layer=layer + 1)
        if stage:
            name = msg("{layer}, {stage}", layer=name, stage=msg(stage))
        yield name, list(gates)


def _applied(gate: Gate, matrix: Complex[Tensor, "any row column"], states: Vectors) -> Vectors:
    """Apply a gate to vectors; its matrix is the same for all samples or one per sample."""
    n_qubits = states.shape[1].bit_length() - 1
    others = [wire for wire in range(n_qubits) if wire not in gate.wires]
    order = [0, *(1 + wire for wire in (*gate.wires, *others))]
    moved = states.reshape(-1, *[2] * n_qubits).permute(order)
    applied = (matrix @ moved.reshape(len(states), matrix.shape[-1], -1)).reshape(moved.shape)
    return applied.permute([order.index(axis) for axis in range(n_qubits + 1)]).flatten(1)


def probabilities(states: Vectors | Densities) -> Float[Tensor, "batch state"]:
    """Probability of every outcome of measuring all wires."""
    if states.ndim == 2:
        return states.abs().square()
    return states.diagonal(dim1=1, dim2=2).real


def reduced_density(
    states: Vectors | Densities, wires: Sequence[int]
) -> Complex[Tensor, "batch small small"]:
    """Reduced density matrix of some wires in the given order, the others traced out.

    Raises:
        CircuitError: There is no wire, or one does not exist or is repeated.
    """
    n_qubits = states.shape[1].bit_length() - 1
    if not wires or len(set(wires)) < len(wires) or not set(wires) <= set(range(n_qubits)):
        raise CircuitError(
            f"The wires {list(wires)} are no group of {n_qubits} qubits.",
            f"Name one or more different wires from 0 to {n_qubits - 1}.",
        )
    others = [wire for wire in range(n_qubits) if wire not in wires]
    order = [1 + wire for wire in (*wires, *others)]
    split = states.reshape(len(states), *[2] * (n_qubits * (states.ndim - 1)))
    if states.ndim == 2:
        rows = split.permute(0, *order).reshape(len(states), 2 ** len(wires), -1)
        return rows @ rows.mH
    both = split.permute(0, *order, *(n_qubits + axis for axis in order))
    sides = (2 ** len(wires), 2 ** len(others))
    return torch.einsum("biojo->bij", both.reshape(-1, *sides, *sides))


def bloch_vectors(states: Vectors | Densities) -> Float[Tensor, "batch qubit 3"]:
    """Bloch vector <X>, <Y>, <Z> of every wire; its norm is below 1 if the wire is entangled."""
    n_qubits = states.shape[1].bit_length() - 1
    axes = torch.stack([pauli(letter) for letter in "XYZ"]).to(states)
    alone = torch.stack([reduced_density(states, [wire]) for wire in range(n_qubits)], 1)
    return torch.einsum("bqij,aji->bqa", alone, axes).real


def purity(states: Densities) -> Float[Tensor, " batch"]:
    """Tr(rho^2): 1 for a pure state, 1 / 2^n for a maximally mixed one."""
    return states.abs().square().sum((1, 2))


def fidelity(one: Vectors | Densities, other: Vectors | Densities) -> Float[Tensor, " batch"]:
    """Fidelity of two states, 0 to 1.

    |<a|b>|^2, and for density matrices (Tr sqrt(sqrt(a) b sqrt(a)))^2 (Jozsa, Journal of Modern
    Optics 41, 2315, 1994).
    """
    if one.ndim == 2 and other.ndim == 2:
        return (one.conj() * other).sum(1).abs().square()
    if one.ndim == 2 or other.ndim == 2:
        vectors, densities = (one, other) if one.ndim == 2 else (other, one)
        return torch.einsum("bi,bij,bj->b", vectors.conj(), densities, vectors).real
    values, vectors = torch.linalg.eigh(one)
    root = vectors * values.clamp(min=0).sqrt()[:, None].to(one.dtype) @ vectors.mH
    inner = torch.linalg.eigvalsh(root @ other @ root)
    return inner.clamp(min=0).sqrt().sum(1).square()


def entropy(states: Densities) -> Float[Tensor, " batch"]:
    """Von Neumann entropy -Tr(rho log2 rho) in bits: 0 for a pure state."""
    values = torch.linalg.eigvalsh(states).clamp(min=0)
    return torch.special.entr(values).sum(1) / torch.log(torch.tensor(2.0, dtype=values.dtype))


def entanglement_entropy(
    states: Vectors | Densities, first: Sequence[int], second: Sequence[int] | None = None
) -> Float[Tensor, " batch"]:
    """Entanglement between two groups of wires, in bits.

    (S(A) + S(B) - S(AB)) / 2. If both groups together are in a pure state, such as all wires of a
    noiseless circuit, this is the entropy of either group, the entanglement entropy (Bennett et
    al., Physical Review A 53, 2046, 1996). Otherwise it is half of the mutual information, which
    includes classical correlations; `logarithmic_negativity` excludes them.

    Args:
        states: The states.
        first: Wires of the first group.
        second: Wires of the second group; by default all others.

    Raises:
        CircuitError: A group is empty, or a wire does not exist or is repeated.
    """
    first, second = _groups(states, first, second)
    together = entropy(reduced_density(states, [*first, *second]))
    parts = [entropy(reduced_density(states, group)) for group in (first, second)]
    return (parts[0] + parts[1] - together) / 2


def logarithmic_negativity(
    states: Vectors | Densities, first: Sequence[int], second: Sequence[int] | None = None
) -> Float[Tensor, " batch"]:
    """Entanglement of pure or mixed states between two groups of wires: log2 ||rho^T_A||_1.

    Vidal and Werner, Physical Review A 65, 032314 (2002). 0 without entanglement, 1 for a Bell
    pair. Arguments as in `entanglement_entropy`.
    """
    first, second = _groups(states, first, second)
    together = reduced_density(states, [*first, *second])
    sides = (2 ** len(first), 2 ** len(second))
    transposed = together.reshape(-1, *sides, *sides).transpose(1, 3).reshape(together.shape)
    return torch.linalg.eigvalsh(transposed).abs().sum(1).log2()


def _groups(
    states: Tensor, first: Sequence[int], second: Sequence[int] | None
) -> tuple[list[int], list[int]]:
    """Both groups of wires; the second defaults to all wires that are not in the first."""
    n_qubits = states.shape[1].bit_length() - 1
    rest = [wire for wire in range(n_qubits) if wire not in first]
    return list(first), list(rest if second is None else second)


def meyer_wallach(states: Vectors) -> Float[Tensor, " batch"]:
    """Meyer-Wallach measure: mean entanglement of a wire with all others, 0 to 1.

    2 (1 - mean purity of the single wires): Meyer and Wallach, Journal of Mathematical Physics 43,
    4273 (2002), in the form of Brennen, Quantum Information and Computation 3, 619 (2003).
    """
    n_qubits = states.shape[1].bit_length() - 1
    purities = [purity(reduced_density(states, [wire])) for wire in range(n_qubits)]
    return 2 * (1 - torch.stack(purities).mean(0))
