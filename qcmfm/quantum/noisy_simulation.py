"""Exact expectation values of a `Circuit` under a `NoiseSetting`, batched and differentiable.

For fixed weights, every observable is propagated back through the noisy circuit once (Heisenberg
picture), which makes it a real symmetric matrix O; each sample x then costs one quadratic form,
x^T O x. Only the real part of O matters, since amplitudes are real: the imaginary part of a
Hermitian matrix is antisymmetric, and x^T A x = 0 for any antisymmetric A. With fewer samples than
observables, the samples' states are propagated forward instead; both are exact.

Readout errors are channels before the measurement and part of O like all others.
"""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from qcmfm.quantum.checks import require_inputs
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.heisenberg import Scratch, evolve
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.pauli_transfer import density_matrices, pauli_values, real_operators
from qcmfm.quantum.window_matrices import Windows

TOGETHER = 2**16
"""Number of coefficients per batch of Pauli vectors: as many as fit into a CPU's cache."""


class NoisySimulator(nn.Module):
    """Runs a circuit under noise on batches of real amplitudes.

    Args:
        circuit: The circuit.
        setting: The noise.
        folds: How often the inverse of every gate and the gate itself are inserted after it, each
            with its noise; see `mitigation`.

    Weights are passed to each call. The operators for the last weights are cached unless they are
    differentiated.

    Raises:
        CircuitError: The setting names a wire, layer or stage that the circuit does not have.
    """

    def __init__(self, circuit: Circuit, setting: NoiseSetting, folds: int = 0):
        super().__init__()
        self.circuit = circuit
        self.setting = setting
        self.windows = Windows(circuit, setting, folds)
        self._compiled: tuple[Tensor, Tensor | None, Tensor] | None = None

    def expectations(
        self,
        amplitudes: Float[Tensor, "batch amplitude"],
        weights: Float[Tensor, " weight"],
        checked: bool = True,
    ) -> Float[Tensor, "batch observable"]:
        """Expectation value, between -1 and 1, of every observable for every sample.

        Args:
            amplitudes: Real, each row of norm 1; float32 or float64 sets the precision.
            weights: Angles in radians.
            checked: Whether to refuse rows whose norm is not 1. Otherwise the values of a row are
                scaled by its squared norm.

        Raises:
            CircuitError: Amplitudes or weights are invalid.
        """
        require_inputs(self.circuit, amplitudes, weights, checked)
        weights = weights.to(amplitudes.dtype)
        few = len(amplitudes) < len(self.circuit.observables)
        if few and not self._is_compiled(weights, None):
            values = self._final_values(amplitudes, weights)
            return values[:, self._places(self.circuit.observables)]
        return quadratic_forms(amplitudes, self.operators(weights))

    def combinations(
        self,
        amplitudes: Float[Tensor, "batch amplitude"],
        weights: Float[Tensor, " weight"],
        factors: Float[Tensor, "label observable"],
        checked: bool = True,
    ) -> Float[Tensor, "batch label"]:
        """Weighted sums of expectation values, such as a linear classifier's logits.

        The sums are propagated through the circuit instead of every observable.

        Args:
            amplitudes: As in `expectations`.
            weights: Angles in radians.
            factors: Weight of every observable in every sum.
            checked: As in `expectations`.
        """
        if len(factors) >= len(self.circuit.observables):
            values = self.expectations(amplitudes, weights, checked)
            return values @ factors.to(amplitudes.dtype).T
        require_inputs(self.circuit, amplitudes, weights, checked)
        operators = self.operators(weights.to(amplitudes.dtype), factors.to(amplitudes.dtype))
        return quadratic_forms(amplitudes, operators)

    def operators(
        self,
        weights: Float[Tensor, " weight"],
        factors: Float[Tensor, "label observable"] | None = None,
    ) -> Float[Tensor, "operator row column"]:
        """The symmetric matrices O whose x^T O x are the noisy expectation values.

        Args:
            weights: Angles in radians; their precision is that of the result.
            factors: Weights of the observables in each operator; by default one operator per
                observable.
        """
        if self._is_compiled(weights, factors):
            assert self._compiled is not None
            return self._compiled[2]
        if torch.is_grad_enabled() and _needs_grad(weights, factors):
            return torch.cat([real_operators(v) for v in self._propagated_back(weights, factors)])
        # Tensors from inference mode could not be part of a gradient later.
        with torch.inference_mode(False), torch.no_grad():
            own_weights = weights.clone()
            own_factors = None if factors is None else factors.clone()
            moved = self._propagated_back(own_weights, own_factors)
            operators = torch.cat([real_operators(vectors) for vectors in moved])
            self._compiled = (own_weights, own_factors, operators)
        return operators

    def probabilities(
        self,
        amplitudes: Float[Tensor, "batch amplitude"],
        weights: Float[Tensor, " weight"],
    ) -> Float[Tensor, "batch state"]:
        """Probability of every outcome of measuring all wires, readout errors included.

        Args:
            amplitudes: As in `expectations`.
            weights: Angles in radians.
        """
        require_inputs(self.circuit, amplitudes, weights)
        every = every_z_string(self.circuit.n_qubits)
        if len(amplitudes) <= self.circuit.dim:
            values = self._final_values(amplitudes, weights)[:, self._places(every)]
        else:
            identity = torch.eye(len(every), dtype=amplitudes.dtype, device=amplitudes.device)
            moved = self._propagated_back(weights.to(amplitudes.dtype), identity, every)
            values = torch.cat([quadratic_forms(amplitudes, real_operators(v)) for v in moved], 1)
        return outcomes(values)

    def density(
        self,
        amplitudes: Float[Tensor, "batch amplitude"],
        weights: Float[Tensor, " weight"],
    ) -> Complex[Tensor, "batch row column"]:
        """Final density matrix of each sample, readout errors included."""
        require_inputs(self.circuit, amplitudes, weights)
        return density_matrices(self._final_values(amplitudes, weights))

    def _final_values(
        self,
        amplitudes: Float[Tensor, "batch amplitude"],
        weights: Float[Tensor, " weight"],
    ) -> Float[Tensor, "batch string"]:
        """Expectation values of all Pauli strings at the end of the circuit."""
        if not len(amplitudes):
            return amplitudes.new_zeros(0, 4**self.circuit.n_qubits)
        matrices = self.windows.matrices(weights.to(amplitudes.dtype))
        wires = range(self.circuit.n_qubits)
        starts = [(pauli_values(part), wires) for part in amplitudes.split(self._chunk())]
        return torch.cat(list(self._evolved(starts, matrices)))

    def _propagated_back(
        self,
        weights: Float[Tensor, " weight"],
        factors: Float[Tensor, "operator observable"] | None,
        observables: Sequence[tuple[int, ...]] | None = None,
    ) -> Iterator[Float[Tensor, "operator string"]]:
        """Observables at the end of the circuit, or their sums, as operators at its start."""
        observables = self.circuit.observables if observables is None else observables
        n_qubits, chunk = self.circuit.n_qubits, self._chunk()
        matrices = [matrix.T.contiguous() for matrix in self.windows.matrices(weights)]
        if factors is None and chunk > 1:
            factors = torch.eye(len(observables), dtype=weights.dtype, device=weights.device)
        starts: list[tuple[Tensor, Sequence[int]]] = []
        if factors is None:
            for wires in observables:
                start = weights.new_zeros(1, 4 ** len(wires))
                start[0, -1] = 1
                starts.append((start, wires))
        else:
            places = self._places(observables).to(weights.device)
            for part in factors.split(chunk):
                start = weights.new_zeros(len(part), 4**n_qubits).index_add(1, places, part)
                starts.append((start, range(n_qubits)))
        return self._evolved(starts, matrices, backwards=True)

    def _evolved(
        self,
        starts: Sequence[tuple[Tensor, Sequence[int]]],
        matrices: Sequence[Float[Tensor, "row column"]],
        backwards: bool = False,
    ) -> Iterator[Float[Tensor, "vector string"]]:
        """Each initial vector, given with its wires, after all windows."""
        n_qubits = self.circuit.n_qubits
        windows = [window.wires for window in self.windows.windows]
        size = max(len(start) for start, _ in starts) * 4**n_qubits
        scratch = Scratch(starts[0][0], size, len(windows), len(starts))
        if backwards:
            windows, matrices = windows[::-1], matrices[::-1]
        for start, wires in starts:
            yield evolve(start, wires, windows, matrices, n_qubits, scratch)

    def _chunk(self) -> int:
        """Number of Pauli vectors per batch."""
        return max(1, TOGETHER // 4**self.circuit.n_qubits)

    def _places(self, observables: Sequence[tuple[int, ...]]) -> Tensor:
        """Indices of products of Pauli Z among all Pauli strings.

        Z is the digit 3, and the digit of wire w has the weight 4^(n - 1 - w).
        """
        last = self.circuit.n_qubits - 1
        return torch.tensor([sum(3 * 4 ** (last - w) for w in wires) for wires in observables])

    def _is_compiled(
        self, weights: Float[Tensor, " weight"], factors: Float[Tensor, "label observable"] | None
    ) -> bool:
        """Whether the operators for exactly these weights and factors are cached."""
        if self._compiled is None or (torch.is_grad_enabled() and _needs_grad(weights, factors)):
            return False
        old_weights, old_factors, _ = self._compiled
        return _same(weights, old_weights) and _same(factors, old_factors)


def quadratic_forms(
    amplitudes: Float[Tensor, "batch amplitude"],
    operators: Float[Tensor, "operator amplitude amplitude"],
) -> Float[Tensor, "batch operator"]:
    """x^T O x of every sample x and operator O."""
    return torch.stack([(amplitudes @ o).mul(amplitudes).sum(1) for o in operators], 1)


def outcomes(values: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
    """Probability of every outcome of measuring all wires, from the values of all Z strings.

    Args:
        values: In the order of `every_z_string`; the first, of the empty product, is 1.
    """
    n_qubits = values.shape[1].bit_length() - 1
    split = values.reshape(-1, *[2] * n_qubits)
    for axis in range(1, n_qubits + 1):
        zero, one = split.unbind(axis)
        split = torch.stack([zero + one, zero - one], axis) / 2
    return split.flatten(1)


def every_z_string(n_qubits: int) -> list[tuple[int, ...]]:
    """All products of Pauli Z in the order of the basis states, starting with the empty product."""
    return [
        tuple(wire for wire in range(n_qubits) if state >> (n_qubits - 1 - wire) & 1)
        for state in range(2**n_qubits)
    ]


def _needs_grad(*tensors: Tensor | None) -> bool:
    return any(tensor is not None and tensor.requires_grad for tensor in tensors)


def _same(one: Tensor | None, other: Tensor | None) -> bool:
    """Whether two tensors have the same device, dtype, shape and content."""
    if one is None or other is None:
        return one is other
    kind = (one.device, one.dtype, one.shape) == (other.device, other.dtype, other.shape)
    return kind and torch.equal(one, other)
