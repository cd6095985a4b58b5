"""Finds old uploads, which are stored only so that an interrupted import can continue."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qcmfm.core.storage import discard_folder
from qcmfm.workspace._findings import NOTE, Finding

EXPIRES = 30 * 24 * 3600.0
"""Seconds after which an upload counts as no longer needed."""


def examine(home: Path) -> Iterator[Finding]:
    """Report each old upload."""
    for folder in sorted((home / "uploads").glob("*/*")):
        if folder.is_dir() and time.time() - folder.stat().st_mtime > EXPIRES:
            path = folder.relative_to(home).as_posix()
            what = "It was uploaded more than thirty days ago."
            yield Finding(NOTE, path, what, "It can go.", partial(discard_folder, folder))
