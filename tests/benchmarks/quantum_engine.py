"""The quantum engine against other libraries, in one run.

    python -m tests.benchmarks.quantum_engine setup
    python -m tests.benchmarks.quantum_engine run [--quick] [--json FILE]

The set-up installs each library into an environment of its own under the folder `QCMFM_BENCH`, or a
temporary one. Every library then has a process with one thread on one core; the processes take
turns, so that whatever else the machine does hits all alike; the results of all are compared before
anything is timed. Shown are medians and the ratios of the others' medians to ours.
"""

import argparse
import json
import platform
import shlex
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.circuit import Circuit, z_strings
from tests.benchmarks.engine.peers import (
    AER,
    DEEPQUANTUM,
    DEFAULT_MIXED,
    LIGHTNING,
    OURS,
    PEERS,
    PENNYLANE,
    TENSORCIRCUIT,
    Peer,
    Worker,
)

LAYERS, BATCH = 4, 256
TOLERANCE = 2e-4
"""Largest difference in single precision, as a share of the largest value of that kind."""

TARGETS = {
    "forward": {6: 15, 8: 10, 10: 6},
    "forward + backward": {6: 10, 8: 6, 10: 5},
    "inference": {6: 150, 8: 40, 10: 7},
}
"""How many times faster than PennyLane's default.qubit, for <Z_i>."""


NOISY_TARGETS = {32: (300, 20), 1000: (5000, 300)}
"""By batch: how many times faster than default.mixed and Aer, for <Z_i> at 8 qubits."""


@dataclass(frozen=True)
class Case:
    """One circuit and what is done with it.

    Args:
        name: As the table shows it.
        task: Which function of a worker's `TASKS` prepares it.
        circuit: What is simulated.
        batch: Number of samples.
        peers: Who takes part, ours first and the one the targets speak of second.
        targets: By what is timed: how many times faster than each of the others, in their order,
            we want to be; than those that are not in it, if there are any, not slower.
        more: Whatever else the task needs to know.
        tolerance: As `TOLERANCE`.
        samples: How many samples the others get, whose time grows in proportion and would be hours
            for all; 0 for all.
    """

    name: str
    task: str
    circuit: Circuit
    batch: int
    peers: tuple[Peer, ...]
    targets: dict[str, tuple[float, ...]]
    more: dict[str, Any] | None = None
    tolerance: float = TOLERANCE
    samples: int = 0

    def data(self) -> dict[str, Any]:
        """What the workers are told."""
        return {
            "task": self.task,
            "n_qubits": self.circuit.n_qubits,
            "gates": [(gate.name, gate.wires, gate.slots) for gate in self.circuit.gates],
            "observables": self.circuit.observables,
            "samples": self.samples or self.batch,
            **(self.more or {}),
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Random inputs, the same for all."""
        random = np.random.default_rng(0)
        amplitudes = random.standard_normal((self.batch, self.circuit.dim))
        amplitudes /= np.linalg.norm(amplitudes, axis=1, keepdims=True)
        upstream = random.standard_normal((self.batch, len(self.circuit.observables)))
        weights = random.uniform(-np.pi, np.pi, self.circuit.n_weights)
        found = {"amplitudes": amplitudes, "weights": weights, "upstream": upstream}
        return {name: array.astype(np.float32) for name, array in found.items()}


def noiseless_cases(quick: bool) -> Iterator[Case]:
    """<Z_i> first, for which there are targets; then with <Z_i Z_j>, then with rings of CZ."""
    for ring, pairs, name in (
        ("CNOT", False, "<Z>"),
        ("CNOT", True, "<Z>, <ZZ>"),
        ("CZ", False, "<Z>, CZ rings"),
    ):
        for n_qubits in (6,) if quick else (6, 8, 10):
            every = z_strings(n_qubits)
            observables = every if pairs else every[:n_qubits]
            gates = two_stage(n_qubits, LAYERS, first_ring=ring).gates
            first = name == "<Z>"
            peers = (
                OURS,
                PENNYLANE,
                *((TENSORCIRCUIT,) if first or not quick else ()),
                DEEPQUANTUM,
            )
            yield Case(
                f"n={n_qubits}, {name}",
                "noiseless",
                Circuit(n_qubits, gates, observables),
                BATCH,
                (*peers, LIGHTNING) if first and not quick else peers,
                {what: (by_n[n_qubits],) for what, by_n in TARGETS.items()} if first else {},
            )


def noisy_cases(quick: bool) -> Iterator[Case]:
    """Depolarizing noise on every wire that a gate touched, in double precision."""
    for n_qubits in (4,) if quick else (4, 6, 8):
        singles = tuple((wire,) for wire in range(n_qubits))
        for ring, observables, name in (
            ("CNOT", singles, "<Z>"),
            ("CNOT", z_strings(n_qubits), "<Z>, <ZZ>"),
            ("CZ", singles, "<Z>, CZ rings"),
        ):
            gates = two_stage(n_qubits, LAYERS, first_ring=ring).gates
            for batch in (32, 1000) if name == "<Z>" else (32,):
                yield Case(
                    f"noise, n={n_qubits}, {name}",
                    "noisy",
                    Circuit(n_qubits, gates, observables),
                    batch,
                    (OURS, DEFAULT_MIXED, AER),
                    {"forward": NOISY_TARGETS[batch]} if n_qubits == 8 and name == "<Z>" else {},
                    {"depolarizing": 0.01},
                    1e-10,
                    samples=32 if n_qubits < 8 or name == "<Z>" else 8,
                )


SUITES = {"noiseless": noiseless_cases, "noisy": noisy_cases}
"""Cases by the name under which they can be chosen; each takes whether to be quick."""


def compare(case: Case, found: dict[str, dict[str, np.ndarray]]) -> dict[str, float]:
    """Largest relative difference of each library to ours.

    Raises:
        SystemExit: A library's results are not ours.
    """
    ours = found[OURS.name]
    if "inferred" in ours:
        found = {**found, "ours, inference": {"values": ours["inferred"]}}
    worst: dict[str, float] = {}
    for name, results in found.items():
        for kind in results.keys() & ours.keys() - {"inferred"}:
            mine = ours[kind].astype(float)
            off = float(np.abs(results[kind] - mine).max() / np.abs(mine).max())
            worst[name] = max(worst.get(name, 0.0), off)
            if not off <= case.tolerance:
                raise SystemExit(f"{case.name}: {kind} of {name} differ from ours by {off:.1e}.")
    return worst


def run_case(
    case: Case, workers: dict[str, Worker], rounds: int, folder: Path
) -> dict[str, dict[str, Any]]:
    """Medians in milliseconds and ratios, by what is timed and by library."""
    inputs = folder / "inputs.npz"
    np.savez(inputs, **case.arrays())  # pyright: ignore[reportArgumentType]
    taking_part = [workers[peer.name] for peer in case.peers]
    found = {
        worker.peer.name: worker.prepare(case.data(), inputs, folder / "results.npz")
        for worker in taking_part
    }
    worst = compare(case, found)
    for _ in range(rounds):
        for what in taking_part[0].seconds:
            for worker in taking_part:
                if what in worker.seconds:
                    worker.measure(what, times=5, enough=0.1)
    rows: dict[str, dict[str, Any]] = {}
    for what, seconds in taking_part[0].seconds.items():
        ours = statistics.median(seconds)
        rows[what] = {"ours_ms": ours * 1e3, "others": {}, "targets": case.targets.get(what, ())}
        for worker in taking_part[1:]:
            # The others have nothing but the forward pass for inference.
            theirs = worker.seconds.get(what) or worker.seconds.get("forward")
            if theirs:
                took = statistics.median(theirs) * case.batch / (case.samples or case.batch)
                rows[what]["others"][worker.peer.name] = {"ms": took * 1e3, "ratio": took / ours}
        rows[what]["largest_difference"] = worst
    return rows


def show(case: Case, rows: dict[str, dict[str, Any]]) -> None:
    """Print a case's lines of the table."""
    print(f"\n{case.name}, batch {case.batch}", flush=True)
    for what, row in rows.items():
        print(f"  {what:20} ours {row['ours_ms']:9.3f} ms")
        for place, (name, other) in enumerate(row["others"].items()):
            targets = row["targets"]
            wanted = targets[place] if place < len(targets) else 1 if targets else None
            verdict = "" if wanted is None else f"  (wanted {wanted:g})"
            verdict += "" if wanted is None or other["ratio"] >= wanted else " MISSED"
            print(f"    {name:28} {other['ms']:9.3f} ms {other['ratio']:9.1f} x{verdict}")


def run(given: argparse.Namespace) -> None:
    """Measure the chosen suites."""
    every = [case for name in given.suite for case in SUITES[name](given.quick)]
    cases = [case for case in every if given.only in case.name]
    needed = {peer.name: peer for case in cases for peer in case.peers}
    workers = {name: Worker(peer, given.cpu) for name, peer in needed.items()}
    report: dict[str, Any] = {
        "command": shlex.join(["python", "-m", "tests.benchmarks.quantum_engine", *sys.argv[1:]]),
        "machine": f"{platform.machine()}, one core, one thread",
        "versions": {name: worker.version for name, worker in workers.items()},
        "stopped_early": True,
        "cases": {},
    }

    def keep() -> None:
        if given.json:
            given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")

    try:
        with tempfile.TemporaryDirectory() as folder:
            for case in cases:
                rows = run_case(case, workers, given.rounds, Path(folder))
                show(case, rows)
                report["cases"][f"{case.name}, batch {case.batch}"] = rows
                keep()
        report["stopped_early"] = False
        keep()
    finally:
        for worker in workers.values():
            worker.stop()


def main(arguments: Sequence[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("setup").set_defaults(go=lambda _: [peer.set_up() for peer in PEERS])
    running = commands.add_parser("run")
    running.add_argument("--quick", action="store_true", help="fewest cases")
    running.add_argument("--suite", nargs="+", choices=SUITES, default=list(SUITES))
    running.add_argument("--only", default="", help="cases whose name holds this text")
    running.add_argument("--rounds", type=int, default=12)
    running.add_argument("--cpu", type=int, default=0, help="the core all processes share")
    running.add_argument("--json", type=Path)
    running.set_defaults(go=run)
    given = parser.parse_args(arguments)
    given.go(given)


if __name__ == "__main__":
    main()
