"""Long work is a generator of progress events that returns its result.

A page draws the events, the command line prints them, a test iterates them.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """One step of long work.

    Args:
        stage: What is being done, for a person: "Looking at photos".
        done: Steps finished in this stage.
        total: Steps of this stage.
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
        show: Called with every event.
    """
    while True:
        try:
            event = next(work)
        except StopIteration as stop:
            return stop.value
        show(event)
