"""Processes that start where the large imports are done already.

torch, timm and sentence-transformers take longer to import than most of what is tested in a process
of its own. One process imports them once; every other is forked from it, and is from then on what
`python -m` would have started: an environment, a process id and an end of its own. What is to be
called at its exit is not.
"""

import multiprocessing
import os
import pkgutil
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from qcmfm import service

ROOT = Path(__file__).resolve().parents[1]
SERVICE = [f"{service.__name__}.{module.name}" for module in pkgutil.iter_modules(service.__path__)]
LARGE = [*SERVICE, "timm", "sentence_transformers", "streamlit.web.cli"]

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(LARGE)


class Forked:
    """What `subprocess.Popen` is to `python -m`, as far as tests ask for it.

    Args:
        command: The module and its arguments.
        env: All its environment. What Python itself reads of it as it starts comes too late.
        out: A file that gets its standard output and error; by default they are the tests'.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], out: Path | None = None):
        self._process = FORKING.Process(target=_run, args=(list(command), dict(env), out))
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _run(command: list[str], env: dict[str, str], out: Path | None) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    if out is not None:
        with out.open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
    sys.argv = [command[0], *command[1:]]
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
