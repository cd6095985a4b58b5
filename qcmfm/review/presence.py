"""Who has which record open, so that two people do not work on one without knowing.

A claim is advice, not a lock: it keeps nobody out, and is forgotten when it is not renewed. Each
open page writes one small file of its own, so that claims need no lock between processes and
outlive a server's restart.
"""

import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from qcmfm.review.log import review_file

EXPIRES = 180.0
"""Seconds after which a claim that was not renewed is forgotten."""


@dataclass(frozen=True)
class Presence:
    """That somebody has a record open.

    Args:
        record_id: The record.
        reviewer: Who has it open.
        since: Since when; seconds since 1970.
    """

    record_id: str
    reviewer: str
    since: float


def mark_present(collection: str, record_id: str, reviewer: str, page: str) -> list[Presence]:
    """Say that a page shows a record, and who else has it open.

    Args:
        collection: Name of the collection.
        record_id: The record that the page shows now; the one before is given up.
        reviewer: Who looks at it.
        page: An id of the browser's page; a page has one record open.

    Returns:
        Claims of others on the same record, longest open first.

    Raises:
        ReviewError: The collection's name is none.
    """
    own = _file(collection, page)
    old = _read(own)
    same = old is not None and (old.record_id, old.reviewer) == (record_id, reviewer)
    since = old.since if old and same else time.time()
    _write(own, Presence(record_id, reviewer, since))
    return [
        other
        for other in present(collection)
        if other.record_id == record_id and other.reviewer != reviewer
    ]


def mark_absent(collection: str, page: str) -> None:
    """Give up what a page had open; nothing happens where that is nothing."""
    _file(collection, page).unlink(missing_ok=True)


def present(collection: str) -> list[Presence]:
    """Every claim on a collection's records, oldest first; those that expired are deleted."""
    found: list[Presence] = []
    for file in list(_folder(collection).glob("*.json")):
        try:
            expired = time.time() - file.stat().st_mtime > EXPIRES
            if expired:
                file.unlink(missing_ok=True)
        except OSError:
            continue  # its page gave it up meanwhile
        read = None if expired else _read(file)
        if read:
            found.append(read)
    return sorted(found, key=lambda made: made.since)


def _folder(collection: str) -> Path:
    file = review_file(collection)
    return file.with_name(f".{file.stem}.open")


def _file(collection: str, page: str) -> Path:
    return _folder(collection) / f"{hashlib.sha256(page.encode()).hexdigest()[:24]}.json"


def _read(file: Path) -> Presence | None:
    try:
        return Presence(**json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):  # given up meanwhile, or left half by a power cut
        return None


def _write(file: Path, made: Presence) -> None:
    """Write a claim whole; unlike a decision it need not outlive a power cut, so no flush."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(asdict(made)), "utf-8")
    temporary.replace(file)
