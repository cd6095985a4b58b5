"""Asking processes that decode photos; a few are kept, as starting one takes a tenth of a second.

What a photo does to its process, the program survives: one that dies or takes too long is ended,
and the next photo gets another. Its answers are not trusted either: sizes and lengths are checked.
"""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from qcmfm.encoders._decoder import HEAD

SECONDS = 30.0
"""For one photo, by the clock on the wall; that of the processor ends it earlier."""
_PROGRAM = Path(__file__).with_name("_decoder.py")
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "LANG")
_MOST_TOLD = 1 << 23


class DecoderDied(Exception):
    """The process that decoded a photo ended, or had to be ended."""

    def __init__(self, late: bool):
        super().__init__("it takes too long" if late else "its decoder gave up")
        self.late = late


@dataclass(frozen=True)
class Answer:
    """What was said of a photo.

    Args:
        told: The JSON.
        parts: The bytes that followed, in the pieces in which they came.
    """

    told: dict[str, Any]
    parts: list[bytes]


class _Decoder:
    """One process."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment | threads,
        )

    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, question: dict[str, Any], content: bytes, most: int) -> Answer:
        """Ask of one photo.

        Raises:
            DecoderDied: The process ended, took too long, or said what cannot be.
        """
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.process.kill()

        timer = threading.Timer(SECONDS, give_up)
        timer.daemon = True
        timer.start()
        try:
            return self._ask({**question, "bytes": len(content)}, content, most)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            self.end()
            raise DecoderDied(late.is_set() or self._out_of_time()) from None
        finally:
            timer.cancel()

    def _ask(self, question: dict[str, Any], content: bytes, most: int) -> Answer:
        inlet, outlet = self._pipes()
        asked = json.dumps(question).encode()
        inlet.write(HEAD.pack(len(asked)) + asked)
        inlet.write(content)
        inlet.flush()
        length = HEAD.unpack(_exactly(outlet, HEAD.size))[0]
        if length > _MOST_TOLD:
            raise ValueError(length)
        told = json.loads(_exactly(outlet, length))
        left = told.get("bytes", 0)
        if not 0 <= left <= most:
            raise ValueError(left)
        size = 3 * told["rows"] * told["size"][0] if "rows" in told else left
        parts: list[bytes] = []
        while left:
            parts.append(_exactly(outlet, min(left, size)))
            left -= len(parts[-1])
        return Answer(told, parts)

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


class Decoders:
    """Processes that decode photos, started when they are needed.

    Args:
        most: How many may work at once; whoever comes later waits.
    """

    def __init__(self, most: int):
        self._turns = threading.BoundedSemaphore(most)
        self._free: list[_Decoder] = []
        self._owner = os.getpid()

    def ask(self, question: dict[str, Any], content: bytes, most: int) -> Answer:
        """Ask of one photo.

        Args:
            question: What to tell, as the decoder understands it.
            content: The file's bytes.
            most: Bytes that may follow the answer.

        Raises:
            DecoderDied: The photo killed its process, twice, or took too long.
        """
        with self._turns:
            try:
                return self._once(question, content, most)
            except DecoderDied as error:
                if error.late:
                    raise
            return self._once(question, content, most)  # the system may have ended it, for memory

    def _once(self, question: dict[str, Any], content: bytes, most: int) -> Answer:
        if self._owner != os.getpid():  # a fork's pipes belong to its parent
            self._owner, self._free = os.getpid(), []
        decoder = None
        while self._free and decoder is None:
            kept = self._free.pop()
            decoder = kept if kept.alive() else None
        decoder = decoder or _Decoder()
        answer = decoder.ask(question, content, most)
        self._free.append(decoder)
        return answer

    def close(self) -> None:
        """End the processes that wait."""
        while self._owner == os.getpid() and self._free:
            self._free.pop().end()


DECODERS = Decoders(most=max(2, min(4, os.cpu_count() or 1)))
atexit.register(DECODERS.close)
