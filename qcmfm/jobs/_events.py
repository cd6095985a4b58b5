"""The events of a job: a file that grows by one line each, readable after a kill at any moment."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from qcmfm.core.clock import utc_now_ms
from qcmfm.core.progress import Progress

ENDS = ("done", "failed", "cancelled")
_TAIL = 64 * 1024


def lock(folder: Path) -> FileLock:
    """What the process of a job holds as long as it lives."""
    return FileLock(folder / ".lock")


def is_alive(folder: Path) -> bool:
    """Whether a process does the job now."""
    held = lock(folder)
    try:
        held.acquire(timeout=0)
    except Timeout:
        return True
    held.release()
    return False


def append(folder: Path, event: str, **about: Any) -> None:
    """Write an event down; after half a line, which a kill leaves, on a line of its own."""
    line = json.dumps({"event": event, "at": utc_now_ms(), **about}, ensure_ascii=False) + "\n"
    with (folder / "events.jsonl").open("ab+") as handle:
        end = handle.seek(0, os.SEEK_END)
        if end:
            handle.seek(end - 1)
            line = line if handle.read(1) == b"\n" else "\n" + line
        handle.write(line.encode("utf-8", "replace"))
        handle.flush()
        if event != "progress":
            os.fsync(handle.fileno())


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """Every event, oldest first."""
    file = folder / "events.jsonl"
    if file.is_file():
        with file.open(encoding="utf-8", errors="replace") as lines:
            yield from (found for line in lines if (found := _parsed(line)))


def last(folder: Path) -> tuple[dict[str, Any], Progress | None]:
    """The last event and the last progress.

    The end of a process says nothing after what it wrote of its own end, nor after a later launch:
    whoever waits for the process may write it down late.
    """
    try:
        with (folder / "events.jsonl").open("rb") as handle:
            handle.seek(max(0, handle.seek(0, os.SEEK_END) - _TAIL))
            lines = handle.read().decode("utf-8", "replace").split("\n")
    except FileNotFoundError:
        return {}, None
    found = [event for line in lines if (event := _parsed(line))]
    step = next((event for event in reversed(found) if event["event"] == "progress"), None)
    progress = Progress(step["stage"], step["done"], step["total"], step["note"]) if step else None
    launched = (e.get("launch") for e in reversed(found) if e["event"] == "launched")
    launch = next(launched, None)
    found = [e for e in found if e["event"] != "ended" or e.get("launch") == launch]
    if len(found) > 1 and found[-1]["event"] == "ended" and found[-2]["event"] in ENDS:
        found.pop()
    return (found[-1] if found else {}), progress


def _parsed(line: str) -> dict[str, Any]:
    """The event of a line; empty where a kill left half of one."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and "event" in found else {}
