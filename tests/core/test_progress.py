"""Long work yields its progress and returns its result."""

import pytest

from qcmfm.core.progress import Progress, Work, finish


def count_to(total: int) -> Work[str]:
    for done in range(1, total + 1):
        yield Progress("Counting", done, total)
    return f"counted to {total}"


def test_finish_shows_every_event_in_order_and_returns_the_result():
    shown: list[Progress] = []
    assert finish(count_to(3), shown.append) == "counted to 3"
    assert [event.done for event in shown] == [1, 2, 3]


def test_finish_needs_no_audience():
    assert finish(count_to(0)) == "counted to 0"


def test_an_error_in_the_work_comes_through_after_what_was_shown():
    def failing() -> Work[None]:
        yield Progress("Counting", 1, 2)
        raise ValueError("lost count")

    shown: list[Progress] = []
    with pytest.raises(ValueError, match="lost count"):
        finish(failing(), shown.append)
    assert shown == [Progress("Counting", 1, 2)]
