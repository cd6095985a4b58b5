"""Presence: who has which record open, so that two people do not unknowingly work on the same one.

Presence is advisory: it locks nobody out, and expires unless it is renewed. Each open page writes a
small file of its own, so that processes need no lock and a restart of the server loses nothing.
"""

import contextlib
import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from qcmfm.review.log import review_file

EXPIRES = 180.0
"""Seconds after which a presence expires unless it is renewed."""


@dataclass(frozen=True)
class Presence:
    """A record that somebody has open.

    Args:
        record_id: Id of the record.
        reviewer: Name of the reviewer.
        since: When it was opened, in seconds since 1970 (UTC).
    """

    record_id: str
    reviewer: str
    since: float


def mark_present(collection: str, record_id: str, reviewer: str, page: str) -> list[Presence]:
    """Note that a page shows a record, and find out who else has it open.

    Args:
        collection: Name of the collection.
        record_id: Record that the page shows now, in place of the one before.
        reviewer: Name of the reviewer.
        page: Id of the browser page; a page has one record open at a time.

    Returns:
        Presence of others on the same record, longest open first.

    Raises:
        ReviewError: The name of the collection is invalid.
    """
    own = _file(collection, page)
    old = _read(own)
    same = old is not None and (old.record_id, old.reviewer) == (record_id, reviewer)
    since = old.since if old and same else time.time()
    _write(own, Presence(record_id, reviewer, since))
    _delete_expired(collection)
    return others_at(collection, record_id, reviewer)


def others_at(collection: str, record_id: str, reviewer: str) -> list[Presence]:
    """Presence of others on a record, longest open first; writes nothing.

    Raises:
        ReviewError: The name of the collection is invalid.
    """
    return [
        other
        for other in present(collection)
        if other.record_id == record_id and other.reviewer != reviewer
    ]


def mark_absent(collection: str, page: str) -> None:
    """Note that a page has no record open any more; does nothing if it had none."""
    _file(collection, page).unlink(missing_ok=True)


def present(collection: str) -> list[Presence]:
    """Everybody who has a record of the collection open, oldest first."""
    found = (_read(file) for file in _folder(collection).glob("*.json") if not _is_expired(file))
    return sorted((read for read in found if read), key=lambda made: made.since)


def _is_expired(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime > EXPIRES
    except OSError:  # Its page closed the record meanwhile.
        return True


def _delete_expired(collection: str) -> None:
    for file in list(_folder(collection).glob("*.json")):
        if _is_expired(file):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)


def _folder(collection: str) -> Path:
    file = review_file(collection)
    return file.with_name(f".{file.stem}.open")


def _file(collection: str, page: str) -> Path:
    return _folder(collection) / f"{hashlib.sha256(page.encode()).hexdigest()[:24]}.json"


def _read(file: Path) -> Presence | None:
    try:
        return Presence(**json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):  # Deleted meanwhile, or torn by a power cut.
        return None


def _write(file: Path, made: Presence) -> None:
    """Write a file atomically; it need not survive a power cut, so there is no flush to disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(asdict(made)), "utf-8")
    temporary.replace(file)
