"""Parallel trainings: one process per core, with one thread each.

A step of these small models is no faster with two threads than with one.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import takewhile
from typing import Any, TypeVar, cast

import joblib

Given = TypeVar("Given")
Cell = TypeVar("Cell")
Found = TypeVar("Found")

MOST = 8
"""Maximum number of processes; each needs up to a gigabyte."""


def side_by_side(
    work: Callable[[Given, Cell], Found],
    given: Given,
    cells: Iterable[Cell],
    until: Callable[[], bool],
) -> Iterator[Found]:
    """Call a function for every cell in parallel, and yield each result once it is there.

    Args:
        work: Function at the top level of a module, so that other processes can import it.
        given: First argument of all calls. joblib maps its large arrays from files, so that they
            are in memory only once; tensors are copied.
        cells: Second arguments, one per call.
        until: Called before each call; returns whether to start no more.
    """
    cells = list(cells)
    begun = takewhile(lambda _: not until(), cells)
    workers = min(MOST, joblib.cpu_count(), len(cells))
    if workers < 2:
        yield from map(partial(work, given), begun)
        return
    calls = (joblib.delayed(work)(given, cell) for cell in begun)
    run = joblib.Parallel(
        workers, return_as="generator_unordered", pre_dispatch=str(workers), mmap_mode="c"
    )
    yield from cast(Iterator[Any], run(calls))
