"""A disk that lacks something, for tests of what is then said."""

import errno
import os

import pytest


def without_locks(monkeypatch: pytest.MonkeyPatch, number: int = errno.ENOLCK) -> None:
    """Let every lock fail as on a network share without locks.

    Args:
        number: Error number of the system.
    """

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refuse)
