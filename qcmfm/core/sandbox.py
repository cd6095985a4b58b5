"""Sandboxed processes for untrusted files, so that a malicious file can crash only its process.

A program is a Python file that imports nothing from this package and has a function
`answer(question, content)`. It receives a JSON object and the bytes of a file, and yields pairs of
a JSON object and bytes. Its exceptions are sent as `{"error": "memory"}` or
`{"error": "broken", "reason": …}`.

Where the system supports it, the process cannot write files or core dumps, and its memory and CPU
time are limited, which no check around the C code of a library could guarantee. It inherits no
secrets from the environment. Its output is not trusted either: lengths are checked.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from qcmfm.core._sandboxed import HEAD, Message

_CHILD = Path(__file__).with_name("_sandboxed.py")
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "LANG", "TZ")
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class SandboxDied(Exception):
    """A sandboxed process died or was killed.

    Args:
        late: Whether it exceeded its time limit.
    """

    def __init__(self, late: bool):
        super().__init__("it takes too long" if late else "it gave up")
        self.late = late


@dataclass(frozen=True)
class SandboxLimits:
    """Resource limits of a sandboxed process.

    Args:
        memory: Address space in bytes.
        cpu_seconds: CPU time per question, which does not depend on the load of the machine.
        seconds: Wall-clock time per question; None for no limit.
        message: Largest size of one JSON object in bytes.
    """

    memory: int
    cpu_seconds: int
    seconds: float | None = None
    message: int = 1 << 23


@dataclass(frozen=True)
class Answer:
    """The complete answer to one question.

    Args:
        content: The JSON objects of all messages, merged.
        parts: The bytes of all messages, in order.
    """

    content: dict[str, Any]
    parts: list[bytes]


class Sandbox:
    """One sandboxed process; as a context manager, it is killed at the end of the block.

    Args:
        program: Path of the program.
        limits: Resource limits.
        questions: Number of questions after which it exits; 0 for any number.
    """

    def __init__(self, program: Path, limits: SandboxLimits, questions: int = 1) -> None:
        self.limits = limits
        given = (limits.memory, limits.cpu_seconds, questions)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(_CHILD), str(program), *map(str, given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ} | _THREADS,
        )

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def is_alive(self) -> bool:
        """Whether the process is still running."""
        return self.process.poll() is None

    def ask(
        self, question: dict[str, Any], content: bytes = b"", most: int = 0
    ) -> Iterator[Message]:
        """Ask one question and yield the messages of the answer as they arrive.

        Args:
            question: Question to the program.
            content: Bytes of a file.
            most: Largest total size of the returned bytes, without the JSON.

        Raises:
            SandboxDied: The process died, took too long, or sent invalid data.
        """
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.process.kill()

        timer = threading.Timer(self.limits.seconds or 0, give_up)
        timer.daemon = True
        if self.limits.seconds is not None:
            timer.start()
        try:
            self._send(question, content)
            yield from self._received(most)
        except (OSError, EOFError, ValueError, TypeError):
            self.end()
            raise SandboxDied(late.is_set() or self._out_of_time()) from None
        finally:
            timer.cancel()

    def _send(self, question: dict[str, Any], content: bytes) -> None:
        inlet, _ = self._pipes()
        text = json.dumps(question).encode()
        inlet.write(HEAD.pack(len(text), len(content)) + text)
        inlet.write(content)
        inlet.flush()

    def _received(self, most: int) -> Iterator[Message]:
        _, outlet = self._pipes()
        while True:
            length, size = HEAD.unpack(_exactly(outlet, HEAD.size))
            if not length:
                return
            most -= size
            if length > self.limits.message or most < 0:
                raise ValueError(length, size)
            data = json.loads(_exactly(outlet, length))
            if not isinstance(data, dict):
                raise TypeError(data)
            yield data, _exactly(outlet, size)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self.process.stdin and self.process.stdout
        return self.process.stdin, self.process.stdout

    def _out_of_time(self) -> bool:
        """Whether the system killed the process for exceeding its CPU time."""
        import signal

        ended = self.process.returncode
        return os.name == "posix" and ended == -signal.SIGXCPU

    def end(self) -> None:
        """Kill the process and close its pipes."""
        self.process.kill()
        for pipe in self._pipes():
            with contextlib.suppress(OSError):
                pipe.close()
        self.process.wait()


def _exactly(outlet: IO[bytes], length: int) -> bytes:
    found = outlet.read(length)
    if len(found) < length:
        raise EOFError
    return found


class SandboxPool:
    """Pool of sandboxed processes of one program, since starting one takes 0.1 s.

    Args:
        program: Path of the program.
        limits: Resource limits of each process.
        most: Largest number of concurrent processes; further callers wait.

    Attributes:
        idle: Processes that are waiting for a question.
    """

    def __init__(self, program: Path, limits: SandboxLimits, most: int) -> None:
        self.idle: list[Sandbox] = []
        self._program, self._limits = program, limits
        self._places = threading.BoundedSemaphore(most)
        self._owner = os.getpid()

    def ask(self, question: dict[str, Any], content: bytes = b"", most: int = 0) -> Answer:
        """Ask one question; see `Sandbox.ask`.

        Raises:
            SandboxDied: Two processes died of the question, or one took too long.
        """
        with self._places:
            try:
                return self._once(question, content, most)
            except SandboxDied as error:
                if error.late:
                    raise
            return self._once(question, content, most)  # the system may have been out of memory

    def _once(self, question: dict[str, Any], content: bytes, most: int) -> Answer:
        if self._owner != os.getpid():  # after a fork, the pipes belong to the parent
            self._owner, self.idle = os.getpid(), []
        process = None
        while self.idle and process is None:
            candidate = self.idle.pop()
            process = candidate if candidate.is_alive() else None
        process = process or Sandbox(self._program, self._limits, questions=0)
        answer = Answer({}, [])
        for data, part in process.ask(question, content, most):
            answer.content.update(data)
            answer.parts.extend([part] if part else [])
        self.idle.append(process)
        return answer

    def close(self) -> None:
        """Kill the idle processes."""
        while self._owner == os.getpid() and self.idle:
            self.idle.pop().end()
