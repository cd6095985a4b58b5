"""The current actor: the person on whose behalf an operation runs.

A server looks up the signed-in person each time an operation is called, so that a revoked role
takes effect at once. Without such a look-up, as on the command line, the actor is the user of this
computer.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from qcmfm.access._roles import Actor, this_computer

_explicit: ContextVar[Actor | None] = ContextVar("actor", default=None)
_look_ups: list[Callable[[], Actor]] = []


def actor() -> Actor:
    """The current actor."""
    explicit = _explicit.get()
    if explicit is not None:
        return explicit
    return _look_ups[-1]() if _look_ups else this_computer()


def ask_for_actor(who: Callable[[], Actor]) -> None:
    """Set the look-up of the current actor for all threads, which a server does when it starts.

    Args:
        who: Returns the current actor; one without a role if nobody is known to be signed in.
    """
    _look_ups[:] = [who]


@contextlib.contextmanager
def acting_as(somebody: Actor) -> Iterator[None]:
    """Make somebody the current actor inside the block, in this thread."""
    before = _explicit.set(somebody)
    try:
        yield
    finally:
        _explicit.reset(before)
