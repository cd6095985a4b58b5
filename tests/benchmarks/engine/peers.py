"""The libraries compared with, their environments and the processes they run in."""

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[3]

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


@dataclass(frozen=True)
class Peer:
    """A library.

    Args:
        name: As the table shows it.
        module: Its file here.
        packages: What its own environment holds; ours where there are none.
        borrows: Whether that environment also sees our packages, so that torch is the same one.
    """

    name: str
    module: str
    packages: tuple[str, ...] = ()
    borrows: bool = False

    @property
    def folder(self) -> Path:
        """Of its environment."""
        home = os.environ.get("QCMFM_BENCH") or Path(tempfile.gettempdir()) / "qcmfm_bench"
        return Path(home) / self.module.removesuffix("_worker")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python" if self.packages else Path(sys.executable)

    def set_up(self) -> None:
        """Create its environment, unless it is there."""
        if not self.packages or (self.folder / "ready").exists():
            return
        print(f"Installing {', '.join(self.packages)} in {self.folder}", flush=True)
        venv.create(self.folder, clear=True, with_pip=True)
        if self.borrows:
            site = next((self.folder / "lib").glob("python*/site-packages"))
            (site / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        install = [str(self.python), "-m", "pip", "install", "--quiet", *self.packages]
        subprocess.run(install, check=True)
        (self.folder / "ready").touch()


OURS = Peer("ours", "qcmfm_worker")
PENNYLANE = Peer("PennyLane default.qubit", "pennylane_worker")
LIGHTNING = Peer("PennyLane lightning.qubit", "lightning_worker")
TENSORCIRCUIT = Peer(
    "tensorcircuit-ng, jax", "tensorcircuit_worker", ("tensorcircuit-ng>=1.7", "jax")
)
DEEPQUANTUM = Peer("deepquantum", "deepquantum_worker", ("deepquantum>=4.4",), borrows=True)
DEFAULT_MIXED = Peer("PennyLane default.mixed", "default_mixed_worker")
AER = Peer("Qiskit Aer density matrix", "aer_worker", ("qiskit>=2", "qiskit-aer>=0.17"))
PEERS = (OURS, PENNYLANE, LIGHTNING, TENSORCIRCUIT, DEEPQUANTUM, DEFAULT_MIXED, AER)


class Worker:
    """A peer's process.

    Args:
        peer: Which.
        cpu: The one core it may use.
    """

    def __init__(self, peer: Peer, cpu: int):
        if not peer.python.exists():
            raise SystemExit(f"{peer.name} is not installed: run the set-up first.")
        self.peer = peer
        self.seconds: dict[str, list[float]] = {}
        script = Path(__file__).parent / "worker.py"
        self._process = subprocess.Popen(
            [str(peer.python), str(script), peer.module, str(cpu)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if peer is not OURS else None,
            text=True,
            env=os.environ
            | ONE_THREAD
            | {
                "PYTHONPATH": "" if peer.packages else str(ROOT),
                # Compiling takes minutes; what was compiled once serves the next run.
                "JAX_COMPILATION_CACHE_DIR": str(peer.folder / "compiled"),
            },
        )
        self.version = self._answer()["version"]

    def prepare(self, case: dict[str, Any], arrays: Path, results: Path) -> dict[str, np.ndarray]:
        """Hand over a case; returns the peer's results."""
        told = {"do": "prepare", "case": case, "arrays": str(arrays), "results": str(results)}
        self.seconds = {what: [] for what in self._ask(told)["timed"]}
        with np.load(results) as found:
            return dict(found)

    def measure(self, what: str, times: int, enough: float) -> None:
        """Time one thing, up to some number of times or seconds."""
        asked = {"do": "time", "what": what, "times": times, "enough": enough}
        self.seconds[what] += self._ask(asked)["seconds"]

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            told = self._process.stderr.read() if self._process.stderr else ""
            raise SystemExit(f"{self.peer.name} stopped:\n{told[-3000:]}")
        return json.loads(line)
