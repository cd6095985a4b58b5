"""Giving memory back once visitors have left.

What a visit needed is freed when Streamlit gives its session up, which it does at the next visit,
and even then the C library does not return the pieces: after twenty-five people the server stays
as large as they made it. So a while after the last of them left, this has Streamlit look for
sessions to give up, and the C library return to the system what is free.

That alone returned a fifth, since the C library gives every thread that it can a heap of its own,
and each page is drawn in a thread: what one of them leaves free the next, elsewhere, has no use of.
So there are few heaps.
"""

import asyncio
import ctypes
import gc
import os
from collections.abc import Callable

import streamlit as st
from streamlit import runtime

SLACK = 5.0
"""Seconds beyond those for which Streamlit keeps a session whose browser went away."""


HEAPS = 2
"""That threads share. glibc itself would have up to eight for each core."""
_M_ARENA_MAX = -8
"""What glibc calls that setting in `malloc.h`."""


class MemoryRelease:
    """Gives memory back once, a while after the last request.

    Args:
        after: Seconds.
    """

    def __init__(self, after: float):
        self.after = after
        self._waiting: asyncio.TimerHandle | None = None

    def schedule(self) -> None:
        """Do it, after the time from now on; of no effect outside the server's own thread."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = loop.call_later(self.after, self._begin, loop)

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        if runtime.exists():
            # Whoever counts the sessions has those dropped that are out of date. Here, since that
            # is done in the server's own thread alone.
            runtime.get_instance().stats_mgr.get_stats()
        loop.run_in_executor(None, release_memory)


def limit_heaps() -> None:
    """Have all threads share few heaps, where that can be chosen; before there are threads."""
    choose = _of_c_library("mallopt")
    if choose is not None:
        choose(_M_ARENA_MAX, HEAPS)


def release_memory() -> None:
    """Free what nobody needs any more, and return it to the system where that can be done."""
    gc.unfreeze()  # what was set aside when a model was loaded may be garbage by now
    gc.collect()
    gc.freeze()
    trim = _of_c_library("malloc_trim")
    if trim is not None:
        trim(0)


def _of_c_library(name: str) -> Callable[..., int] | None:
    """A function of the C library; None where it has none of that name, as only glibc has."""
    return getattr(ctypes.CDLL(None), name, None) if os.name == "posix" else None


def note_visit() -> None:
    """Note that somebody is here; called for every page."""
    _visit()


@st.cache_resource(show_spinner=False)
def _later() -> MemoryRelease:
    return MemoryRelease(st.get_option("server.disconnectedSessionTTL") + SLACK)


def _leave(later: MemoryRelease) -> None:
    later.schedule()


@st.cache_resource(scope="session", on_release=_leave, show_spinner=False)
def _visit() -> MemoryRelease:
    return _later()
