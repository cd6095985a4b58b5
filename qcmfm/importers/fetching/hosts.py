"""Rate limiting per server: concurrency, requests per second, and pauses on request."""

import asyncio
import contextlib
import email.utils
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime


class Host:
    """Rate limiter of one server.

    Args:
        at_once: Largest number of concurrent requests.
        per_second: Largest number of requests that start per second.
    """

    def __init__(self, at_once: int, per_second: float):
        self._room = asyncio.Semaphore(at_once)
        self._between = 1 / per_second
        self._next = 0.0
        self._paused = 0.0

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for permission to make a request, which is the body of the `with` block."""
        async with self._room:
            now = time.monotonic()
            begin = max(now, self._next)
            self._next = begin + self._between
            while begin > now:  # `pause` may be called during the sleep
                await asyncio.sleep(begin - now)
                now = time.monotonic()
                begin = max(begin, self._paused)
            yield

    def pause(self, seconds: float) -> None:
        """Start no request for this many seconds."""
        self._paused = max(self._paused, time.monotonic() + seconds)
        self._next = max(self._next, self._paused)


def retry_after(value: str, longest: float) -> float | None:
    """Parse a `Retry-After` header into seconds; None if it is missing or malformed.

    Args:
        value: A number of seconds or an HTTP date.
        longest: Upper bound of the result, in seconds.
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
