"""Timestamps as they are written into files."""

from datetime import UTC, datetime


def utc_now() -> str:
    """The current time in UTC as ISO 8601, to the second."""
    return _iso_time("seconds")


def utc_now_ms() -> str:
    """The current time in UTC as ISO 8601, to the millisecond, for events that follow closely."""
    return _iso_time("milliseconds")


def _iso_time(precision: str) -> str:
    return datetime.now(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
