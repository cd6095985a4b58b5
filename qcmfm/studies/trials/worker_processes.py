"""Trainings side by side: a process for each core, with one thread each.

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
"""Most processes; each holds up to a gigabyte."""


def side_by_side(
    work: Callable[[Given, Cell], Found],
    given: Given,
    cells: Iterable[Cell],
    until: Callable[[], bool],
) -> Iterator[Found]:
    """What a function finds for every cell, as soon as it is found.

    Args:
        work: Of a module, so that other processes know it.
        given: What all cells share. joblib lets the processes map its large arrays from files, so
            that they are in memory once; tensors are copied.
        cells: One call each.
        until: Says before each call whether to begin no more.
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
