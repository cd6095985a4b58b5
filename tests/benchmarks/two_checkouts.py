"""This checkout beside an earlier one, in turn on one machine: engine, review keys, first paint.

`python -m tests.benchmarks.two_checkouts ../earlier` times both with these libraries and
writes medians, and the ratio of this checkout's to the earlier one's, to
`tests/benchmarks/results/two_checkouts.json`. The earlier checkout must have the same pages.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from qcmfm.core.clock import utc_now
from tests.benchmarks.first_paint import painted
from tests.benchmarks.review_page import key_times
from tests.browser.studio import ROOT, Visit, chromium
from tests.browser.vases import draw_vases, pretend_labelled

ROUNDS = 7
PRESSES = 20
RECORDS = 1000
RESULT = ROOT / "tests" / "benchmarks" / "results" / "two_checkouts.json"
ENGINE = """
import time, torch
from statistics import median
from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.simulation import Simulator
torch.set_num_threads(1)
simulator = Simulator(two_stage(8, 4))
chance = torch.Generator().manual_seed(0)
amplitudes = torch.nn.functional.normalize(torch.randn(256, 256, generator=chance), dim=1)
weights = torch.randn(simulator.circuit.n_weights, generator=chance)
leaves = [amplitudes.requires_grad_(), weights.requires_grad_()]
def step():
    began = time.perf_counter()
    torch.autograd.grad(simulator.expectations(*leaves).square().sum(), leaves)
    return time.perf_counter() - began
for _ in range(10): step()
print(1000 * median(step() for _ in range(60)))
"""


def engine(checkout: Path) -> float:
    """Milliseconds of one step forwards and backwards: 8 qubits, 4 layers, 256 records."""
    command = [sys.executable, "-c", ENGINE]
    return float(subprocess.check_output(command, cwd=checkout, text=True))


@contextlib.contextmanager
def studio(checkout: Path, home: Path) -> Iterator[str]:
    """A server of a checkout on a workspace; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--server.fileWatcherType", "none", "--server.headless", "true"],
            cwd=checkout, env=os.environ | {"QCMFM_HOME": str(home)}, stdout=log, stderr=log,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health"):
                break
            assert process.poll() is None, (home / "server.log").read_text()
            time.sleep(0.05)
        yield address
    finally:
        process.kill()
        process.wait()


def pages(browser: Browser, addresses: dict[str, str]) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of Home's first paint and of review keys, the checkouts in turn."""
    times: dict[str, dict[str, list[float]]] = {}
    visits = {}
    for name, address in addresses.items():
        visits[name] = Visit(browser, address).open("/review?collection=vases&status=open")
        visits[name].type("Your name", "Ada")
        visits[name].idle()
        key_times(visits[name], "n" * 4)
        painted(browser, address)
    for _ in range(ROUNDS):
        for name, address in addresses.items():
            found = times.setdefault(name, {})
            found.setdefault("home_first_paint", []).append(painted(browser, address)[0])
            for key, letter in (("review_next", "n"), ("review_accept", "a")):
                found.setdefault(key, []).extend(key_times(visits[name], letter * PRESSES))
    return times


def main(earlier: Path) -> None:
    checkouts = {"earlier": earlier.resolve(), "this": ROOT}
    engines: dict[str, list[float]] = {name: [] for name in checkouts}
    for _ in range(ROUNDS):
        for name, checkout in checkouts.items():
            engines[name].append(engine(checkout))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        first = Path(folder) / "earlier"
        os.environ["QCMFM_HOME"] = str(first)
        draw_vases(first, RECORDS)
        pretend_labelled()
        shutil.copytree(first, Path(folder) / "this")
        addresses = {
            name: stack.enter_context(studio(checkout, Path(folder) / name))
            for name, checkout in checkouts.items()
        }
        times = pages(stack.enter_context(chromium()), addresses)
    for name, found in engines.items():
        times[name]["engine_step"] = found
    medians = {
        kind: {name: round(median(times[name][kind]), 2) for name in checkouts}
        for kind in times["this"]
    }
    result = {
        "command": "python -m tests.benchmarks.two_checkouts EARLIER",
        "measured_at": utc_now(),
        "milliseconds": medians,
        "ratio": {kind: round(m["this"] / m["earlier"], 3) for kind, m in medians.items()},
    }
    text = json.dumps(result, indent=2) + "\n"
    sys.stdout.write(text)
    RESULT.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
