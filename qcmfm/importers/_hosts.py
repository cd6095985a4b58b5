"""Manners towards other people's servers: how many requests at once, how fast, and when to wait."""

import asyncio
import contextlib
import email.utils
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime


class Host:
    """The queue in front of one server.

    Args:
        at_once: Requests at the same time.
        per_second: Requests that begin in a second.
    """

    def __init__(self, at_once: int, per_second: float):
        self._room = asyncio.Semaphore(at_once)
        self._between = 1 / per_second
        self._next = 0.0
        self._paused = 0.0

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait until it is one's turn; the block is the request."""
        async with self._room:
            now = time.monotonic()
            begin = max(now, self._next)
            self._next = begin + self._between
            while begin > now:  # the server may ask for more patience meanwhile
                await asyncio.sleep(begin - now)
                now = time.monotonic()
                begin = max(begin, self._paused)
            yield

    def pause(self, seconds: float) -> None:
        """Begin no request for so long."""
        self._paused = max(self._paused, time.monotonic() + seconds)
        self._next = max(self._next, self._paused)


def retry_after(value: str, longest: float) -> float | None:
    """The seconds that a server's `Retry-After` asks for; None where it says nothing sensible.

    Args:
        value: A number of seconds, or a date as HTTP writes it.
        longest: The most that is waited.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), longest)
    try:
        when = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max(0.0, (when - datetime.now(UTC)).total_seconds()), longest)
