"""Who acts now.

A server asks its sign-in whenever a verb is called, so that a role that was taken away counts at
once. Where nothing asks, as on the command line, it is whoever sits at this computer.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from qcmfm.access._roles import Actor, this_computer

_named: ContextVar[Actor | None] = ContextVar("actor", default=None)
_asked: list[Callable[[], Actor]] = []


def actor() -> Actor:
    """Who acts now."""
    named = _named.get()
    if named is not None:
        return named
    return _asked[-1]() if _asked else this_computer()


def ask_for_actor(who: Callable[[], Actor]) -> None:
    """Ask this from now on who acts, in every thread; what a server does when it starts.

    Args:
        who: Gives somebody without a role where it does not know.
    """
    _asked[:] = [who]


@contextlib.contextmanager
def acting_as(somebody: Actor) -> Iterator[None]:
    """Let somebody act inside the block, in this thread."""
    before = _named.set(somebody)
    try:
        yield
    finally:
        _named.reset(before)
