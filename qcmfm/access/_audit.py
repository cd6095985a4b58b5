"""The audit log: who did what and when, one JSON object per line, append-only.

A line is on disk before the operation reports success, as with review decisions.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qcmfm.access._roles import Actor
from qcmfm.core import json_lines, settings
from qcmfm.core.clock import utc_now_ms

LONGEST = 200
"""Characters after which a logged value is cut off."""

log = logging.getLogger(__name__)


def audit_file() -> Path:
    """Path of the audit log."""
    return settings.home() / "audit.jsonl"


def write_audit(actor: Actor, operation: str, on: Mapping[str, Any], outcome: str) -> None:
    """Append an entry to the audit log.

    If it cannot be written, the operation is not undone; the entry goes to the server's log.

    Args:
        actor: Who called the operation.
        operation: Name of the operation.
        on: Arguments that identify what was acted on: names and ids, no captions.
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
    """Read the entries, oldest first, and the number of lines that are not entries.

    Args:
        last: How many of the last entries to return; 0 for all.
    """
    rows = list(json_lines.read(audit_file()))
    found = [row for row in rows if row and "verb" in row and "at" in row]
    return found[-last:], len(rows) - len(found)


def as_text(value: Any) -> str:
    """The name under which an argument appears in the audit log."""
    folder = getattr(value, "folder", None)
    if folder is not None:  # A collection or a loaded run is named after its folder.
        value = folder
    return str(value.name if isinstance(value, Path) else value)[:LONGEST]
