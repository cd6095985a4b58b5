"""What people uploaded to import it: kept so that an import can go on, and not for ever."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qcmfm.core.storage import discard_folder
from qcmfm.workspace._findings import NOTE, Finding

KEPT = 30 * 24 * 3600.0
"""Seconds after which an upload is not needed any more."""


def examine(home: Path) -> Iterator[Finding]:
    """Uploads that were made long ago."""
    for folder in sorted((home / "uploads").glob("*/*")):
        if folder.is_dir() and time.time() - folder.stat().st_mtime > KEPT:
            path = folder.relative_to(home).as_posix()
            what = "It was uploaded more than thirty days ago."
            yield Finding(NOTE, path, what, "It can go.", partial(discard_folder, folder))
