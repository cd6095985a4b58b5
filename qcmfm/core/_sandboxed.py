"""What runs in a sandboxed process: limits first, then the program that answers questions.

It is run as a file of its own, `python -I _sandboxed.py PROGRAM MEMORY SECONDS QUESTIONS`, and
imports nothing of this package, so that it starts in a tenth of a second. `sandbox.py` is the other
end, and says what a program is and what travels between the two.
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
except ImportError:  # Windows has none; there the other process ends what takes too long
    resource = None

HEAD = struct.Struct("<II")
"""Length of the JSON and of the bytes behind it; nothing of either ends an answer."""
Message = tuple[dict[str, Any], bytes]
Program = Callable[[dict[str, Any], bytes], Iterator[Message]]


def main() -> None:
    """Answer questions until there are no more, or the other process closes the pipe."""
    program, (memory, seconds, questions) = sys.argv[1], map(int, sys.argv[2:])
    inlet, outlet = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    _limit("FSIZE", 0)
    _limit("CORE", 0)
    _limit("AS", memory)
    if questions == 1:
        _limit("CPU", seconds, seconds + 1)  # a second later it is killed
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
    """Have the system refuse this process more of something, for good."""
    if resource is None:
        return
    with contextlib.suppress(AttributeError, ValueError, OSError):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, hard or most))


def _limit_time(seconds: int) -> None:
    """Have the system end this process when it computes too long on the next question."""
    if resource is None:
        return
    with contextlib.suppress(AttributeError, ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        most = int(time.process_time()) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def _answer(answer: Program, head: bytes, inlet: IO[bytes], outlet: IO[bytes]) -> None:
    length, size = HEAD.unpack(head)
    question = json.loads(inlet.read(length))
    for said, content in _told(answer, question, inlet.read(size)):
        text = json.dumps(said).encode()
        outlet.write(HEAD.pack(len(text), len(content)) + text)
        outlet.write(content)
    outlet.write(HEAD.pack(0, 0))
    outlet.flush()


def _told(answer: Program, question: dict[str, Any], content: bytes) -> Iterator[Message]:
    try:
        yield from answer(question, content)
    except MemoryError:
        yield {"error": "memory"}, b""
    except Exception as error:  # damaged bytes make readers raise anything
        yield {"error": "broken", "reason": str(error).split("\n")[0][:120]}, b""


if __name__ == "__main__":
    main()
