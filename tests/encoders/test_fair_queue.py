"""Who asks for much does not keep others waiting."""

import threading
import time
from collections.abc import Iterator

import pytest

from qcmfm.core.progress import Progress, Work, finish
from qcmfm.encoders.fair_queue import FairQueue


def until(ready) -> None:
    deadline = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def order_of(asked: list[str]) -> list[str]:
    """In which order turns are given to those who asked in that order, while one was taken."""
    turns, had = FairQueue(), list[str]()

    def ask(who: str) -> None:
        with turns.slot(who):
            had.append(who)

    workers = []
    with turns.slot("first"):
        for number, who in enumerate(asked, start=1):
            workers.append(threading.Thread(target=ask, args=(who,)))
            workers[-1].start()
            until(lambda number=number: turns.waiting() == number)
    for worker in workers:
        worker.join(10)
    assert turns.waiting() == 0
    return had


def test_everybody_gets_a_turn_before_anybody_gets_a_second():
    assert order_of(["a", "a", "a", "b", "c", "b"]) == ["a", "b", "c", "a", "b", "a"]


def test_no_more_have_a_turn_than_there_are_turns():
    turns, now, most = FairQueue(2), [0], [0]
    lock = threading.Lock()

    def ask(who: int) -> None:
        for _ in range(20):
            with turns.slot(str(who % 3)):
                with lock:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                time.sleep(0.0005)
                with lock:
                    now[0] -= 1

    workers = [threading.Thread(target=ask, args=(who,)) for who in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert most[0] == 2 and turns.waiting() == 0


def test_a_turn_inside_a_turn_is_the_same_one():
    turns = FairQueue()
    with turns.slot("a"), turns.slot("b"):
        pass
    with turns.slot("b"):
        pass


def test_an_error_gives_the_turn_on():
    turns = FairQueue()
    with pytest.raises(ValueError), turns.slot("a"):
        raise ValueError
    with turns.slot("b"):
        pass


def test_long_work_lets_others_in_between_and_ends_with_its_result():
    turns, closed = FairQueue(), list[bool]()

    def work() -> Work[str]:
        try:
            for done in range(3):
                yield Progress("Counting", done, 3)
            return "counted"
        finally:
            closed.append(True)

    steps: Iterator[Progress] = turns.step_by_step("a", work())
    next(steps)
    with turns.slot("b"):  # would wait for ever
        pass
    assert finish(turns.step_by_step("a", work())) == "counted"
    begun = turns.step_by_step("a", work())
    next(begun)
    begun.close()
    assert closed == [True, True]
    with turns.slot("b"):
        pass
