"""Sandboxed processes for files from outside, so that a file can only kill the process it is in.

A program is a Python file that imports nothing of this package and has a function
`answer(question, content)`: what is asked, as JSON can hold it, and a file's bytes -> pairs of what
is said and bytes that belong to it. What it raises is said as `{"error": "memory"}` or
`{"error": "broken", "reason": …}`.

Where the system can, its process is kept from writing files, leaving dumps, taking more memory and
computing longer than its limits, which no check around a library's C code could promise; it
inherits no secret of the environment. Its answers are not trusted either: lengths are checked.
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
    """A sandboxed process ended, or had to be ended.

    Args:
        late: Whether it took too long.
    """

    def __init__(self, late: bool):
        super().__init__("it takes too long" if late else "it gave up")
        self.late = late


@dataclass(frozen=True)
class Limits:
    """What a sandboxed process may take.

    Args:
        memory: Bytes of address space.
        cpu_seconds: For one question, by the processor's clock, which a busy machine does not make
            run faster.
        seconds: For one question, by the clock on the wall; None for as long as somebody reads.
        message: Bytes of what is said in one piece.
    """

    memory: int
    cpu_seconds: int
    seconds: float | None = None
    message: int = 1 << 23


@dataclass(frozen=True)
class Answer:
    """What was said to one question.

    Args:
        said: The JSON of all pieces, put together.
        parts: The bytes, in the pieces in which they came.
    """

    said: dict[str, Any]
    parts: list[bytes]


class Sandbox:
    """One sandboxed process; as a context manager it is ended when nobody wants more of it.

    Args:
        program: The file.
        limits: What it may take.
        questions: How many it answers before it ends; 0 for any number.
    """

    def __init__(self, program: Path, limits: Limits, questions: int = 1) -> None:
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
        """Whether the process still runs."""
        return self.process.poll() is None

    def ask(
        self, question: dict[str, Any], content: bytes = b"", most: int = 0
    ) -> Iterator[Message]:
        """Ask one question; the pieces of the answer come as they are read.

        Args:
            question: As the program understands it.
            content: A file's bytes.
            most: Bytes that may come back, beside the JSON.

        Raises:
            SandboxDied: The process ended, took too long, or said what cannot be.
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
            said = json.loads(_exactly(outlet, length))
            if not isinstance(said, dict):
                raise TypeError(said)
            yield said, _exactly(outlet, size)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self.process.stdin and self.process.stdout
        return self.process.stdin, self.process.stdout

    def _out_of_time(self) -> bool:
        """Whether the system ended it for computing too long."""
        import signal

        ended = self.process.returncode
        return os.name == "posix" and ended == -signal.SIGXCPU

    def end(self) -> None:
        """End the process and let go of its pipes."""
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
    """Sandboxed processes of one program, kept for the next question; starting one takes 0.1 s.

    Args:
        program: The file.
        limits: What each process may take.
        most: How many may work at once; whoever comes later waits.

    Attributes:
        idle: Processes that wait for a question.
    """

    def __init__(self, program: Path, limits: Limits, most: int) -> None:
        self.idle: list[Sandbox] = []
        self._program, self._limits = program, limits
        self._places = threading.BoundedSemaphore(most)
        self._owner = os.getpid()

    def ask(self, question: dict[str, Any], content: bytes = b"", most: int = 0) -> Answer:
        """Ask one question; see `Sandbox.ask`.

        Raises:
            SandboxDied: Two processes died of it, or one took too long.
        """
        with self._places:
            try:
                return self._once(question, content, most)
            except SandboxDied as error:
                if error.late:
                    raise
            return self._once(question, content, most)  # the system may have ended it, for memory

    def _once(self, question: dict[str, Any], content: bytes, most: int) -> Answer:
        if self._owner != os.getpid():  # a fork's pipes belong to its parent
            self._owner, self.idle = os.getpid(), []
        process = None
        while self.idle and process is None:
            kept = self.idle.pop()
            process = kept if kept.is_alive() else None
        process = process or Sandbox(self._program, self._limits, questions=0)
        answer = Answer({}, [])
        for said, part in process.ask(question, content, most):
            answer.said.update(said)
            answer.parts.extend([part] if part else [])
        self.idle.append(process)
        return answer

    def close(self) -> None:
        """End the processes that wait."""
        while self._owner == os.getpid() and self.idle:
            self.idle.pop().end()
