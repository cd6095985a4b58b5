"""Records that somebody picked, such as on the map, kept under a name short enough for a link."""

import hashlib
import json
import re
from collections.abc import Iterable

from qcmfm.core import settings, storage

_NAME = re.compile("[0-9a-f]{16}")


def save_selection(record_ids: Iterable[str]) -> str:
    """Keep which records were picked; the same ones have the same name."""
    content = json.dumps(sorted(set(record_ids)))
    name = hashlib.sha256(content.encode()).hexdigest()[:16]
    file = settings.home() / "picks" / f"{name}.json"
    if not file.is_file():
        storage.write_text(file, content)
    return name


def read_selection(name: str) -> frozenset[str] | None:
    """The records that were picked; None for a name that nothing is kept under."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return frozenset(
            json.loads((settings.home() / "picks" / f"{name}.json").read_text("utf-8"))
        )
    except (OSError, ValueError, TypeError):
        return None
