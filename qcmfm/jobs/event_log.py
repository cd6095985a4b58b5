"""The event log of a job: a JSON-lines file that stays readable after a kill at any moment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import Timeout

from qcmfm.core import json_lines, storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.core.progress import Progress

ENDS = ("done", "failed", "cancelled")
FILE = "events.jsonl"
_TAIL = 64 * 1024


def lock(folder: Path) -> storage.DiskLock:
    """The lock that the process of a job holds as long as it lives."""
    return storage.DiskLock(folder / ".lock")


def is_alive(folder: Path) -> bool:
    """Whether a process is running the job."""
    held = lock(folder)
    try:
        held.acquire(timeout=0)
    except Timeout:
        return True
    held.release()
    return False


def append(folder: Path, event: str, **about: Any) -> None:
    """Append an event, flushed to disk unless it is a progress event."""
    row = {"event": event, "at": utc_now_ms(), **about}
    json_lines.append(folder / FILE, row, durable=event != "progress")


def read(folder: Path, tail: int = 0) -> Iterator[dict[str, Any]]:
    """The events, oldest first; see `json_lines.read` for `tail`."""
    for row in json_lines.read(folder / FILE, tail):
        if row and "event" in row:
            yield row


def last(folder: Path) -> tuple[dict[str, Any], Progress | None]:
    """The last event and the last progress.

    An `ended` event is ignored if the job wrote its own end before, or was launched again since:
    the thread that waits for the process may write the event late.
    """
    found = list(read(folder, _TAIL))
    step = next((event for event in reversed(found) if event["event"] == "progress"), None)
    progress = Progress(step["stage"], step["done"], step["total"], step["note"]) if step else None
    launched = (e.get("launch") for e in reversed(found) if e["event"] == "launched")
    launch = next(launched, None)
    found = [e for e in found if e["event"] != "ended" or e.get("launch") == launch]
    if len(found) > 1 and found[-1]["event"] == "ended" and found[-2]["event"] in ENDS:
        found.pop()
    return (found[-1] if found else {}), progress
