"""Trainings side by side: a process for each core, with one thread each.

A step of these small models is no faster with two threads than with one.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeVar, cast

import joblib
import torch

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
        given: What all cells share. The processes map it from one file, so that large tensors are
            in memory once.
        cells: One call each.
        until: Says before each call whether to begin no more.
    """
    cells = list(cells)
    begun = takewhile(lambda _: not until(), cells)
    workers = min(MOST, joblib.cpu_count(), len(cells))
    if workers < 2:
        yield from map(partial(work, given), begun)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "given.pt"
        torch.save(given, file)
        calls = (joblib.delayed(_work)(work, file, cell) for cell in begun)
        run = joblib.Parallel(workers, return_as="generator_unordered", pre_dispatch=str(workers))
        yield from cast(Iterator[Any], run(calls))


def _work(work: Callable[[Any, Any], Any], file: Path, cell: Any) -> Any:
    return work(_read(file), cell)


@lru_cache(1)
def _read(file: Path) -> Any:
    return torch.load(file, mmap=True, weights_only=False)
