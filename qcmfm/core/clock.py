"""The time as it is written into files."""

from datetime import UTC, datetime


def utc_now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return _written("seconds")


def utc_now_ms() -> str:
    """The same to the millisecond, for what follows each other quickly."""
    return _written("milliseconds")


def _written(to: str) -> str:
    return datetime.now(UTC).isoformat(timespec=to).replace("+00:00", "Z")
