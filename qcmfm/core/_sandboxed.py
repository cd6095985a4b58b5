"""Main script of a sandboxed process: sets the limits, then runs the program.

Run as `python -I _sandboxed.py PROGRAM MEMORY SECONDS QUESTIONS`. It imports nothing from this
package, so that it starts in a tenth of a second. `sandbox.py` is the parent's side and describes
programs and the protocol.
"""

import contextlib
import json
import os
import runpy
import struct
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import IO, Any

try:
    import resource
except ImportError:  # not on Windows, where the parent kills a process that takes too long
    resource = None

HEAD = struct.Struct("<II")
"""Header of a message: length of the JSON and of the bytes after it; two zeros end an answer."""
Message = tuple[dict[str, Any], bytes]
Program = Callable[[dict[str, Any], bytes], Iterator[Message]]


def main() -> None:
    """Answer questions until their number is reached or the parent closes the pipe."""
    program, (memory, seconds, questions) = sys.argv[1], map(int, sys.argv[2:])
    inlet, outlet = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output that libraries print must not mix with the answers
    _limit("FSIZE", 0)
    _limit("CORE", 0)
    _limit("AS", memory)
    if questions == 1:
        _limit("CPU", seconds, seconds + 1)  # SIGXCPU, and SIGKILL a second later
    warnings.simplefilter("ignore")
    answer: Program = runpy.run_path(program)["answer"]
    while head := inlet.read(HEAD.size):
        if questions != 1:
            _limit_time(seconds)
        _answer(answer, head, inlet, outlet)
        questions -= 1
        if not questions:
            return


def _limit(name: str, most: int, hard: int | None = None) -> None:
    """Set a resource limit of this process; it cannot be raised again."""
    if resource is None:
        return
    with contextlib.suppress(AttributeError, ValueError, OSError):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, hard or most))


def _limit_time(seconds: int) -> None:
    """Limit the CPU time of this process for the next question."""
    if resource is None:
        return
    with contextlib.suppress(AttributeError, ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        most = int(time.process_time()) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def _answer(answer: Program, head: bytes, inlet: IO[bytes], outlet: IO[bytes]) -> None:
    length, size = HEAD.unpack(head)
    question = json.loads(inlet.read(length))
    for data, content in _replies(answer, question, inlet.read(size)):
        text = json.dumps(data).encode()
        outlet.write(HEAD.pack(len(text), len(content)) + text)
        outlet.write(content)
    outlet.write(HEAD.pack(0, 0))
    outlet.flush()


def _replies(answer: Program, question: dict[str, Any], content: bytes) -> Iterator[Message]:
    try:
        yield from answer(question, content)
    except MemoryError:
        yield {"error": "memory"}, b""
    except Exception as error:  # parsers raise anything on damaged files
        yield {"error": "broken", "reason": str(error).split("\n")[0][:120]}, b""


if __name__ == "__main__":
    main()
