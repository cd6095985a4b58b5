"""Progress of long work, which is a generator of events that returns its result.

A page draws the events, the command line prints them, and a test iterates over them.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """One progress event.

    Args:
        stage: Name of the current stage as shown to users, such as "Looking at photos".
        done: Steps finished in this stage.
        total: Number of steps in this stage.
        note: A detail worth showing, such as the accuracy so far.
    """

    stage: str
    done: int
    total: int
    note: str = ""


Work = Generator[Progress, None, Result]


def finish(work: Work[Result], show: Callable[[Progress], None] = lambda _: None) -> Result:
    """Run `work` to its end and return its result.

    Args:
        work: A generator of progress events.
        show: Callback that receives every event.
    """
    while True:
        try:
            event = next(work)
        except StopIteration as stop:
            return stop.value
        show(event)
