"""Ansatz families: functions of a number of qubits and layers that return a `Circuit`."""

from collections.abc import Iterable, Sequence

from qcmfm.quantum.circuit import PARAMETERS, QUBITS, Circuit, Gate, require_range, z_strings

LAYERS = range(1, 17)


class _Builder:
    """Collects gates and numbers their parameter slots."""

    def __init__(self, n_qubits: int, n_layers: int = 1):
        require_range("qubits", n_qubits, range(2, QUBITS.stop))
        require_range("layers", n_layers, LAYERS)
        self.n_qubits = n_qubits
        self.singles = [(wire,) for wire in range(n_qubits)]
        self.gates: list[Gate] = []
        self.next_slot = 0

    def ring(self, step: int = 1) -> list[tuple[int, int]]:
        """Pairs of every wire and the wire `step` places on, cyclically."""
        return [(wire, (wire + step) % self.n_qubits) for wire in range(self.n_qubits)]

    def slots(self, count: int) -> tuple[int, ...]:
        """Reserve the next free slots."""
        taken = tuple(range(self.next_slot, self.next_slot + count))
        self.next_slot += count
        return taken

    def add(self, name: str, places: Iterable[tuple[int, ...]], stage: str, layer: int) -> None:
        """Add a gate on each tuple of wires, each with its own angles."""
        for wires in places:
            self.gates.append(Gate(name, wires, self.slots(PARAMETERS[name]), stage, layer))

    def circuit(self, name: str, measured: Sequence[int] | None = None) -> Circuit:
        """The finished circuit with the observables of the measured wires, by default all."""
        wires = range(self.n_qubits) if measured is None else measured
        return Circuit(self.n_qubits, tuple(self.gates), z_strings(wires), name)


def two_stage(
    n_qubits: int,
    n_layers: int,
    entangle_first: bool = True,
    entangle_second: bool = True,
    first_ring: str = "CNOT",
) -> Circuit:
    """The ansatz of the QCMFM paper (npj Heritage Science 14, 160, 2026).

    A layer is `Rot` on every wire and a ring of CNOTs, then `RY` on every wire and a ring of CRXs.

    Args:
        n_qubits: 2 to 12.
        n_layers: 1 to 16.
        entangle_first: Whether the first stage has its ring.
        entangle_second: Whether the second stage has its ring of CRXs.
        first_ring: Gate of the first ring: CNOT, or CZ for a variant.

    Raises:
        CircuitError: A number is out of its range.
    """
    build = _Builder(n_qubits, n_layers)
    for layer in range(n_layers):
        build.add("Rot", build.singles, "mixing", layer)
        build.add(first_ring, build.ring() if entangle_first else [], "mixing", layer)
        build.add("RY", build.singles, "interaction", layer)
        build.add("CRX", build.ring() if entangle_second else [], "interaction", layer)
    return build.circuit("two_stage")


def hardware_efficient(n_qubits: int, n_layers: int) -> Circuit:
    """Rotations and a line of CZs, native to devices (Kandala et al., Nature 549, 242, 2017).

    A layer is `RY` and `RZ` on every wire and a CZ between neighbours; rotations end the circuit.

    Args:
        n_qubits: 2 to 12.
        n_layers: 1 to 16.
    """
    build = _Builder(n_qubits, n_layers)
    for layer in range(n_layers + 1):
        build.add("RY", build.singles, "rotation", layer)
        build.add("RZ", build.singles, "rotation", layer)
        if layer < n_layers:
            build.add("CZ", build.ring()[:-1], "entanglement", layer)
    return build.circuit("hardware_efficient")


def strongly_entangling(n_qubits: int, n_layers: int) -> Circuit:
    """`Rot` on every wire and a ring of CNOTs whose range grows with every layer.

    Schuld et al., Phys. Rev. A 101, 032308 (2020); the range is 1 + layer modulo (n_qubits - 1),
    as in PennyLane's `StronglyEntanglingLayers`.

    Args:
        n_qubits: 2 to 12.
        n_layers: 1 to 16.
    """
    build = _Builder(n_qubits, n_layers)
    for layer in range(n_layers):
        build.add("Rot", build.singles, "rotation", layer)
        reach = 1 + layer % (n_qubits - 1)
        build.add("CNOT", build.ring(reach), "entanglement", layer)
    return build.circuit("strongly_entangling")


def brick_wall(n_qubits: int, n_layers: int) -> Circuit:
    """Staggered two-wire bricks, which start on wire 0 and on wire 1 in turn.

    A brick is `RY` on both wires and a CZ: PennyLane's `SimplifiedTwoDesign` without its first
    rotations (Cerezo et al., Nat. Commun. 12, 1791, 2021).

    Args:
        n_qubits: 2 to 12.
        n_layers: 1 to 16.
    """
    build = _Builder(n_qubits, n_layers)
    for layer in range(n_layers):
        for start, stage in ((0, "even"), (1, "odd")):
            for wire in range(start, n_qubits - 1, 2):
                build.add("CZ", [(wire, wire + 1)], stage, layer)
                build.add("RY", [(wire,), (wire + 1,)], stage, layer)
    return build.circuit("brick_wall")


def qcnn(n_qubits: int, remaining: int = 1) -> Circuit:
    """Convolution and pooling in turn, with shared angles (Cong et al., Nat. Phys. 15, 1273, 2019).

    A convolution is one general two-qubit gate (15 angles) on every pair of neighbours, first the
    even pairs, then the odd ones. Pooling rotates every second wire, controlled by its neighbour,
    which is not used any more; by the principle of deferred measurement this is equivalent to the
    paper's measurement and correction. All pairs of a level share their angles, so the number of
    angles and the depth grow with the logarithm of the number of qubits.

    Args:
        n_qubits: 2 to 12.
        remaining: Pooling stops when at most this many wires are left; only these are measured.
    """
    require_range("measured wires", remaining, range(1, n_qubits + 1))
    build = _Builder(n_qubits)
    active = list(range(n_qubits))
    level = 0
    while level == 0 or len(active) > remaining:
        _convolve(build, active, level)
        if len(active) > remaining:
            active = _pool(build, active, level)
        level += 1
    return build.circuit("qcnn", active)


def _convolve(build: _Builder, active: list[int], level: int) -> None:
    """Add a level's two-qubit gate on all pairs of neighbours."""
    slots = build.slots(15)
    ring = list(zip(active, active[1:] + active[:1], strict=True))[: len(active) // 2 * 2]
    for first, second in ring[:1] if len(active) == 2 else ring[::2] + ring[1::2]:
        for name, wires, angles in (
            ("Rot", (first,), slots[0:3]),
            ("Rot", (second,), slots[3:6]),
            ("IsingXX", (first, second), slots[6:7]),
            ("IsingYY", (first, second), slots[7:8]),
            ("IsingZZ", (first, second), slots[8:9]),
            ("Rot", (first,), slots[9:12]),
            ("Rot", (second,), slots[12:15]),
        ):
            build.gates.append(Gate(name, wires, angles, "convolution", level))


def _pool(build: _Builder, active: list[int], level: int) -> list[int]:
    """Add a level's pooling gates; returns the wires that remain active."""
    slots = build.slots(2)
    for target, control in zip(active[::2], active[1::2], strict=False):
        build.gates.append(Gate("CRZ", (control, target), slots[:1], "pooling", level))
        build.gates.append(Gate("CRX", (control, target), slots[1:], "pooling", level))
    return active[::2]
