"""A circuit is data: gates, wires, parameter slots, observables, stages and layers by name.

The simulator, the PennyLane QNode and whatever else needs the circuit are derived from this one
description. Wire 0 is the most significant bit of a basis state's number, as in PennyLane.
"""

from dataclasses import dataclass
from itertools import combinations

from qcmfm.errors import CircuitError

PARAMETERS = {"Rot": 3, "RY": 1, "CRX": 1, "CNOT": 0}
"""Number of angles (radians) of each kind of gate.

`Rot(a, b, c) = RZ(c) RY(b) RZ(a)`; `RY(t) = exp(-i t Y / 2)`; `CRX(t)` is `exp(-i t X / 2)` on the
second wire where the first is 1.
"""

QUBITS = range(2, 13)
LAYERS = range(1, 17)


@dataclass(frozen=True)
class Gate:
    """One gate.

    Args:
        name: A key of `PARAMETERS`.
        wires: The wires it acts on, the control first.
        slots: Places of its angles in the circuit's weight vector.
        stage: Which part of the ansatz it belongs to.
        layer: Which repetition, from 0.
    """

    name: str
    wires: tuple[int, ...]
    slots: tuple[int, ...] = ()
    stage: str = ""
    layer: int = 0


@dataclass(frozen=True)
class Circuit:
    """Gates on a register that starts in the state given by the input's amplitudes.

    Args:
        n_qubits: Number of wires.
        gates: In the order in which they act.
        observables: Products of Pauli Z, each as the wires it stands on.
        name: The ansatz family.
    """

    n_qubits: int
    gates: tuple[Gate, ...]
    observables: tuple[tuple[int, ...], ...]
    name: str = ""

    @property
    def n_weights(self) -> int:
        """Number of angles."""
        return 1 + max((slot for gate in self.gates for slot in gate.slots), default=-1)

    @property
    def dim(self) -> int:
        """Number of amplitudes."""
        return 2**self.n_qubits


def z_strings(n_qubits: int) -> tuple[tuple[int, ...], ...]:
    """The observables Z_i of every wire, then Z_i Z_j of every pair."""
    wires = range(n_qubits)
    return tuple((wire,) for wire in wires) + tuple(combinations(wires, 2))


def two_stage(
    n_qubits: int, n_layers: int, entangle_first: bool = True, entangle_second: bool = True
) -> Circuit:
    """The ansatz of the QCMFM paper (npj Heritage Science 14, 160, 2026).

    A layer is `Rot` on every wire and a ring of CNOTs, then `RY` on every wire and a ring of CRXs.

    Args:
        n_qubits: 2 to 12.
        n_layers: 1 to 16.
        entangle_first: Whether the ring of CNOTs is there.
        entangle_second: Whether the ring of CRXs is there.

    Raises:
        CircuitError: A number is out of its range.
    """
    for what, value, allowed in (("qubits", n_qubits, QUBITS), ("layers", n_layers, LAYERS)):
        if value not in allowed:
            raise CircuitError(
                f"A circuit with {value} {what} cannot be built.",
                f"Choose {allowed.start} to {allowed.stop - 1} {what}.",
            )
    wires = range(n_qubits)
    singles = [(wire,) for wire in wires]
    ring = [(wire, (wire + 1) % n_qubits) for wire in wires]
    gates: list[Gate] = []
    slot = 0
    for layer in range(n_layers):
        for name, places, stage in (
            ("Rot", singles, "mixing"),
            ("CNOT", ring if entangle_first else [], "mixing"),
            ("RY", singles, "interaction"),
            ("CRX", ring if entangle_second else [], "interaction"),
        ):
            for place in places:
                slots = tuple(range(slot, slot + PARAMETERS[name]))
                gates.append(Gate(name, place, slots, stage, layer))
                slot += len(slots)
    return Circuit(n_qubits, tuple(gates), z_strings(n_qubits), "two_stage")
