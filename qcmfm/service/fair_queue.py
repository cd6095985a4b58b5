"""Turns at what only few can use at once, shared fairly between those who ask.

Encoders use every core, so two people at once are both slower than one after the other. Whoever
asks for much waits behind whoever asks for little: each of those who wait gets a turn before
anybody gets a second one.
"""

import contextlib
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator

from qcmfm.core.progress import Result, Work
from qcmfm.observability import metrics

CORES = 4
"""Cores that one turn makes good use of."""


class FairQueue:
    """A few turns at a time, given in rotation to those who wait.

    Args:
        at_once: How many turns there are.
        told: Called at the end of each with the seconds that it was waited for and that it took.
    """

    def __init__(self, at_once: int = 1, told: Callable[[float, float], None] | None = None):
        self._told = told
        self._free = at_once
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, deque[threading.Event]] = OrderedDict()
        self._mine = threading.local()

    @contextlib.contextmanager
    def slot(self, who: str) -> Iterator[None]:
        """Wait for a turn and have it inside the block; a turn inside a turn is the same one.

        Args:
            who: Those of one name share what is given to that name.
        """
        if getattr(self._mine, "has", False):
            yield
            return
        asked = time.perf_counter()
        self._wait(who)
        began = time.perf_counter()
        self._mine.has = True
        try:
            yield
        finally:
            self._mine.has = False
            self._give_on()
            if self._told:
                self._told(began - asked, time.perf_counter() - began)

    def step_by_step(self, who: str, work: Work[Result]) -> Work[Result]:
        """Long work that lets others have a turn after each of its steps."""
        while True:
            try:
                with self.slot(who):
                    step = next(work)
            except StopIteration as stop:
                return stop.value
            try:
                yield step
            except GeneratorExit:
                work.close()
                raise

    def waiting(self) -> int:
        """How many wait for a turn now."""
        with self._lock:
            return sum(map(len, self._waiting.values()))

    def _wait(self, who: str) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            called = threading.Event()
            self._waiting.setdefault(who, deque()).append(called)
        called.wait()

    def _give_on(self) -> None:
        """Give the turn that ends to whoever has waited longest without one."""
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            who, asked = self._waiting.popitem(last=False)
            called = asked.popleft()
            if asked:  # to the end of the row
                self._waiting[who] = asked
        called.set()


ENCODERS = FairQueue(max(1, (os.cpu_count() or 1) // CORES), metrics.record_queue_wait)
"""Turns at the encoders and models of this process."""
