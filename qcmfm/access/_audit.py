"""The audit log: who did what and when, one line of JSON each, only ever appended to.

A line is on the disk before whoever did it is told that it is done, as a decision is.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qcmfm.access._roles import Actor
from qcmfm.core import json_lines, settings
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
    row["outcome"] = outcome
    try:
        audit_file().parent.mkdir(parents=True, exist_ok=True)
        json_lines.append(audit_file(), row, private=True)
    except OSError as error:
        why, line = error.strerror or error, json_lines.json_line(row).strip()
        log.error("The audit log cannot be written (%s); lost is: %s", why, line)


def read_audit(last: int = 0) -> tuple[list[dict[str, Any]], int]:
    """What was written down, oldest first, and how many lines are no entry.

    Args:
        last: As many of the last entries; 0 for all.
    """
    rows = list(json_lines.read(audit_file()))
    found = [row for row in rows if row and "verb" in row and "at" in row]
    return found[-last:], len(rows) - len(found)


def as_text(value: Any) -> str:
    """A value as the audit log has it: a name."""
    folder = getattr(value, "folder", None)
    if folder is not None:  # a collection, or a run that is loaded
        value = folder
    return str(value.name if isinstance(value, Path) else value)[:LONGEST]
