"""Selections of records, such as from the map, saved under a name short enough for a link."""

import hashlib
import json
import re
from collections.abc import Iterable

from qcmfm.core import settings, storage

_NAME = re.compile("[0-9a-f]{16}")


def save_selection(record_ids: Iterable[str]) -> str:
    """Save a selection of records; returns its name, which depends on the records alone."""
    content = json.dumps(sorted(set(record_ids)))
    name = hashlib.sha256(content.encode()).hexdigest()[:16]
    file = settings.home() / "picks" / f"{name}.json"
    if not file.is_file():
        storage.write_text(file, content)
    return name


def read_selection(name: str) -> frozenset[str] | None:
    """The record ids of a saved selection; None if there is none of this name."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return frozenset(
            json.loads((settings.home() / "picks" / f"{name}.json").read_text("utf-8"))
        )
    except (OSError, ValueError, TypeError):
        return None
