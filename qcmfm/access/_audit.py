"""The audit log: who did what and when, one line of JSON each, only ever appended to.

A line is on the disk before whoever did it is told that it is done, as a decision is.
"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qcmfm.access._roles import Actor
from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now_ms

LONGEST = 200
"""Characters of a value that are kept."""

log = logging.getLogger(__name__)


def audit_file() -> Path:
    """Where the audit log lies."""
    return settings.home() / "audit.jsonl"


def write_audit(actor: Actor, operation: str, on: Mapping[str, Any], outcome: str) -> None:
    """Write down that somebody did something.

    What was done is not undone where this cannot be written; the server's log says so then.

    Args:
        actor: Who.
        operation: What.
        on: On what: names and ids, no captions.
        outcome: done, failed, stopped or refused.
    """
    row = {
        "at": utc_now_ms(),
        "who": actor.who,
        "role": actor.role,
        "verb": operation,
        "on": dict(on),
    }
    line = json.dumps(row | {"outcome": outcome}, ensure_ascii=False) + "\n"
    file = audit_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            end = os.lseek(handle, 0, os.SEEK_END)
            if end:
                os.lseek(handle, end - 1, os.SEEK_SET)
                # Behind half a line, which a kill or a full disk leaves, begins a line of its own.
                line = line if os.read(handle, 1) == b"\n" else "\n" + line
            os.write(handle, line.encode("utf-8", "replace"))
            os.fsync(handle)
        finally:
            os.close(handle)
        if not end:
            storage.flush_folder(file.parent)  # its name
    except OSError as error:
        why = error.strerror or error
        log.error("The audit log cannot be written (%s); lost is: %s", why, line.strip())


def read_audit(last: int = 0) -> tuple[list[dict[str, Any]], int]:
    """What was written down, oldest first, and how many lines are no entry.

    Args:
        last: As many of the last entries; 0 for all.
    """
    found: list[dict[str, Any]] = []
    broken = 0
    try:
        with audit_file().open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                entry = _parsed(line)
                if entry:
                    found.append(entry)
                elif line.strip():
                    broken += 1
    except FileNotFoundError:
        pass
    return found[-last:], broken


def as_text(value: Any) -> str:
    """A value as the audit log has it: a name."""
    folder = getattr(value, "folder", None)
    if folder is not None:  # a collection, or a run that is loaded
        value = folder
    return str(value.name if isinstance(value, Path) else value)[:LONGEST]


def _parsed(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) and "verb" in entry and "at" in entry else {}
