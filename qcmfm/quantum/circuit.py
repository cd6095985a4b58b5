"""A circuit as data: gates, wires, parameter slots, observables, stages and layers.

Simulators, drawing, OpenQASM text, PennyLane QNode and everything else are derived from this one
description. Wire 0 is the most significant bit of a basis state's number, as in PennyLane. The
ansatz families are in `ansatz`, the matrices of gates in `gates`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from qcmfm.core.errors import CircuitError

WIRES = {
    "H": 1,
    "RX": 1,
    "RY": 1,
    "RZ": 1,
    "Rot": 1,
    "CNOT": 2,
    "CZ": 2,
    "CRX": 2,
    "CRY": 2,
    "CRZ": 2,
    "IsingXX": 2,
    "IsingYY": 2,
    "IsingZZ": 2,
}
"""Number of wires of each gate; names, signs and order of angles are those of PennyLane."""

PARAMETERS = {
    "H": 0,
    "RX": 1,
    "RY": 1,
    "RZ": 1,
    "Rot": 3,
    "CNOT": 0,
    "CZ": 0,
    "CRX": 1,
    "CRY": 1,
    "CRZ": 1,
    "IsingXX": 1,
    "IsingYY": 1,
    "IsingZZ": 1,
}
"""Number of angles (radians) of each gate.

`RP(t) = exp(-i t P / 2)` for a Pauli matrix P; `Rot(a, b, c) = RZ(c) RY(b) RZ(a)`; `CRP(t)` is
`RP(t)` on the second wire where the first is 1; `IsingPP(t) = exp(-i t (P x P) / 2)`.
"""

QUBITS = range(1, 13)


@dataclass(frozen=True)
class Gate:
    """One gate.

    Args:
        name: A key of `PARAMETERS`.
        wires: Wires that it acts on, the control first.
        slots: Indices of its angles in the circuit's weight vector; gates may share them.
        stage: Part of the ansatz that it belongs to.
        layer: Number of the repetition, from 0.

    Raises:
        CircuitError: The name is unknown, a wire is repeated, or there are too few or too many
            wires or slots.
    """

    name: str
    wires: tuple[int, ...]
    slots: tuple[int, ...] = ()
    stage: str = ""
    layer: int = 0

    def __post_init__(self) -> None:
        if self.name not in PARAMETERS:
            raise CircuitError(
                f"There is no gate named {self.name!r}.", f"Choose one of {', '.join(PARAMETERS)}."
            )
        for what, found, expected in (
            ("wires", self.wires, WIRES[self.name]),
            ("slots", self.slots, PARAMETERS[self.name]),
        ):
            if len(found) != expected:
                raise CircuitError(
                    f"A {self.name} gate was given {len(found)} {what}: {found}.",
                    f"It takes {expected}.",
                )
        if len(set(self.wires)) < len(self.wires):
            raise CircuitError(
                f"A {self.name} gate was given one wire twice: {self.wires}.",
                "Choose different wires.",
            )


@dataclass(frozen=True)
class Circuit:
    """Gates on a register whose initial state is given by the input's amplitudes.

    Args:
        n_qubits: Number of wires, 1 to 12.
        gates: Gates in the order in which they act.
        observables: Products of Pauli Z, each as a tuple of wires.
        name: Name of the ansatz family.

    Raises:
        CircuitError: A wire is outside the register, a slot is unused, or there are too many
            qubits.
    """

    n_qubits: int
    gates: tuple[Gate, ...]
    observables: tuple[tuple[int, ...], ...]
    name: str = ""

    def __post_init__(self) -> None:
        require_range("qubits", self.n_qubits, QUBITS)
        for owner, wires in [
            *((f"a {gate.name} gate", gate.wires) for gate in self.gates),
            *(("an observable", wires) for wires in self.observables),
        ]:
            if not wires or len(set(wires)) < len(wires):
                raise CircuitError(
                    f"The wires of {owner} are {wires}.", "Name at least one wire, each once."
                )
            for wire in wires:
                if wire not in range(self.n_qubits):
                    raise CircuitError(
                        f"{owner.capitalize()} is on wire {wire} of a circuit of "
                        f"{self.n_qubits} qubits.",
                        f"Choose wires from 0 to {self.n_qubits - 1}.",
                    )
        used = {slot for gate in self.gates for slot in gate.slots}
        missing = set(range(len(used))) - used
        if missing:
            raise CircuitError(
                f"The gates use {len(used)} different slots, but not slot {min(missing)}.",
                f"Number the slots from 0 to {len(used) - 1}.",
            )

    @cached_property
    def n_weights(self) -> int:
        """Number of angles."""
        return len({slot for gate in self.gates for slot in gate.slots})

    @property
    def dim(self) -> int:
        """Number of amplitudes."""
        return 2**self.n_qubits


def select_gates(circuit: Circuit, selected: Iterable[int]) -> tuple[Circuit, list[int]]:
    """A circuit with some of the gates of another one.

    Args:
        circuit: The original circuit.
        selected: Indices of the gates to select, in the order in which they act.

    Returns:
        The circuit, and for each of its angles the slot in the original circuit.
    """
    gates = [circuit.gates[number] for number in selected]
    slots = sorted({slot for gate in gates for slot in gate.slots})
    place = {slot: index for index, slot in enumerate(slots)}
    renumbered = (replace(g, slots=tuple(place[slot] for slot in g.slots)) for g in gates)
    return replace(circuit, gates=tuple(renumbered)), slots


def columns_of(gates: Iterable[Gate], n_qubits: int) -> list[int]:
    """Column of every gate in a drawing: the leftmost in which no line crosses another gate."""
    free = [0] * n_qubits
    places: list[int] = []
    for gate in gates:
        crossed = range(min(gate.wires), max(gate.wires) + 1)
        place = max(free[wire] for wire in crossed)
        for wire in crossed:
            free[wire] = place + 1
        places.append(place)
    return places


def require_range(what: str, value: int, allowed: range) -> None:
    """Refuse a number of qubits or layers outside the supported range.

    Raises:
        CircuitError: The number is out of range.
    """
    if value not in allowed:
        raise CircuitError(
            f"A circuit with {value} {what} cannot be built.",
            f"Choose {allowed.start} to {allowed.stop - 1} {what}.",
        )


def z_strings(wires: int | Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The observables Z_i of every wire, then Z_i Z_j of every pair.

    Args:
        wires: The measured wires, or their number, counted from wire 0.
    """
    measured = range(wires) if isinstance(wires, int) else wires
    return tuple((wire,) for wire in measured) + tuple(combinations(measured, 2))
