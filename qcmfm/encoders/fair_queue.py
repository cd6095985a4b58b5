"""A fair queue for a resource that only few callers can use at once.

Encoders use every core, so two callers at once are both slower than one after the other. Slots are
given round-robin: every waiting session gets one before any session gets a second one, so that long
work does not hold up short work.
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
"""Number of cores that one slot uses well."""


class FairQueue:
    """A fixed number of slots, given round-robin to those who wait.

    Args:
        at_once: Number of slots.
        on_release: Called when a slot is released, with the seconds of waiting and of use.
    """

    def __init__(self, at_once: int = 1, on_release: Callable[[float, float], None] | None = None):
        self._on_release = on_release
        self._free = at_once
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, deque[threading.Event]] = OrderedDict()
        self._mine = threading.local()

    @contextlib.contextmanager
    def slot(self, who: str) -> Iterator[None]:
        """Wait for a slot and hold it inside the block; nested blocks share one slot.

        Args:
            who: Session of the caller; callers of one session share its place in the queue.
        """
        if getattr(self._mine, "has", False):
            yield
            return
        requested = time.perf_counter()
        self._wait(who)
        began = time.perf_counter()
        self._mine.has = True
        try:
            yield
        finally:
            self._mine.has = False
            self._release()
            if self._on_release:
                self._on_release(began - requested, time.perf_counter() - began)

    def step_by_step(self, who: str, work: Work[Result]) -> Work[Result]:
        """Run long work, releasing the slot to others after each of its steps."""
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
        """Number of callers that wait for a slot now."""
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

    def _release(self) -> None:
        """Pass the slot on to the session that has waited longest without one."""
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            who, requests = self._waiting.popitem(last=False)
            called = requests.popleft()
            if requests:  # The session goes to the end of the queue.
                self._waiting[who] = requests
        called.set()


ENCODERS = FairQueue(max(1, (os.cpu_count() or 1) // CORES), metrics.record_queue_wait)
"""Slots for the encoders and models of this process."""
