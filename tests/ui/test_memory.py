"""Memory goes back to the system once visitors have left."""

import asyncio
import gc
import subprocess
import sys
from pathlib import Path

import pytest

from qcmfm.ui.shell import memory


def resident() -> float:
    """Memory of this process, MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def test_it_is_done_once_a_while_after_the_last_visitor_left(monkeypatch: pytest.MonkeyPatch):
    done: list[float] = []
    later = memory.MemoryRelease(after=0.2)

    async def three_leave() -> float:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(memory, "release_memory", lambda: done.append(loop.time()))
        for _ in range(3):
            later.schedule()
            await asyncio.sleep(0.05)
        last = loop.time() - 0.05
        await asyncio.sleep(0.4)
        return last

    last = asyncio.run(three_leave())
    assert len(done) == 1 and done[0] >= last + 0.15


def test_nothing_is_asked_outside_the_servers_thread():
    memory.MemoryRelease(after=0.0).schedule()  # raises nothing, and leaves nothing to be done


COUNT_HEAPS = """
import ctypes, threading
begun = threading.Barrier(12)
def work():
    begun.wait()
    pieces = [ctypes.create_string_buffer(50_000) for _ in range(20)]
    begun.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
c = ctypes.CDLL(None)
c.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(c.fdopen(1, b"w"))
c.malloc_info(0, out)
c.fflush(out)
"""
SHARE = "from qcmfm.ui.shell.memory import limit_heaps; limit_heaps()"


def test_threads_share_few_heaps():
    def heaps(first: str) -> int:
        command = [sys.executable, "-c", first + COUNT_HEAPS]
        return subprocess.run(command, capture_output=True, text=True).stdout.count("<heap ")

    assert 0 < heaps(SHARE) <= memory.HEAPS < heaps("")


@pytest.mark.slow
def test_pieces_between_what_is_kept_are_returned():
    pieces = [bytes(2_000) for _ in range(60_000)]
    kept = pieces[::50]
    large = resident()
    del pieces
    gc.collect()
    freed = resident()
    memory.release_memory()
    assert resident() < large - 60 and freed > large - 60
    assert len(kept) == 1_200
