"""A circuit is data: gates, wires, parameter slots, observables, stages and layers by name.

The simulators, the drawing, the OpenQASM text, the PennyLane QNode and whatever else needs the
circuit are derived from this one description. Wire 0 is the most significant bit of a basis state's
number, as in PennyLane. The ansatz families are in `ansatz`, the gates' matrices in `gates`.
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
"""Number of wires of each kind of gate; the names, signs and order of angles are PennyLane's."""

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
"""Number of angles (radians) of each kind of gate.

`RP(t) = exp(-i t P / 2)` for a Pauli matrix P; `Rot(a, b, c) = RZ(c) RY(b) RZ(a)`; `CRP(t)` is
`RP(t)` on the second wire where the first is 1; `IsingPP(t) = exp(-i t (P x P) / 2)`.
"""

QUBITS = range(1, 13)


@dataclass(frozen=True)
class Gate:
    """One gate.

    Args:
        name: A key of `PARAMETERS`.
        wires: The wires it acts on, the control first.
        slots: Places of its angles in the circuit's weight vector; gates may share them.
        stage: Which part of the ansatz it belongs to.
        layer: Which repetition, from 0.

    Raises:
        CircuitError: An unknown name, a wire named twice, or too few or too many wires or slots.
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
        for what, found, wanted in (
            ("wires", self.wires, WIRES[self.name]),
            ("slots", self.slots, PARAMETERS[self.name]),
        ):
            if len(found) != wanted:
                raise CircuitError(
                    f"A {self.name} gate was given {len(found)} {what}: {found}.",
                    f"It takes {wanted}.",
                )
        if len(set(self.wires)) < len(self.wires):
            raise CircuitError(
                f"A {self.name} gate was given one wire twice: {self.wires}.",
                "Choose different wires.",
            )


@dataclass(frozen=True)
class Circuit:
    """Gates on a register that starts in the state given by the input's amplitudes.

    Args:
        n_qubits: Number of wires, 1 to 12.
        gates: In the order in which they act.
        observables: Products of Pauli Z, each as the wires it stands on.
        name: The ansatz family.

    Raises:
        CircuitError: A wire outside the register, a slot left out, or too many qubits.
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


def select_gates(circuit: Circuit, kept: Iterable[int]) -> tuple[Circuit, list[int]]:
    """A circuit of some gates of another, and which of the other's angles are its angles.

    Args:
        circuit: The whole one.
        kept: Numbers of the gates to keep, from 0, in their order.
    """
    gates = [circuit.gates[number] for number in kept]
    slots = sorted({slot for gate in gates for slot in gate.slots})
    place = {slot: index for index, slot in enumerate(slots)}
    renumbered = (replace(g, slots=tuple(place[slot] for slot in g.slots)) for g in gates)
    return replace(circuit, gates=tuple(renumbered)), slots


def columns_of(gates: Iterable[Gate], n_qubits: int) -> list[int]:
    """Column of every gate in a drawing, as far left as no line crosses another gate."""
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
    """Refuse a number of qubits or layers that cannot be simulated.

    Raises:
        CircuitError: The number is out of the range.
    """
    if value not in allowed:
        raise CircuitError(
            f"A circuit with {value} {what} cannot be built.",
            f"Choose {allowed.start} to {allowed.stop - 1} {what}.",
        )


def z_strings(wires: int | Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The observables Z_i of every wire, then Z_i Z_j of every pair.

    Args:
        wires: Which wires are measured, or how many from wire 0.
    """
    measured = range(wires) if isinstance(wires, int) else wires
    return tuple((wire,) for wire in measured) + tuple(combinations(measured, 2))
