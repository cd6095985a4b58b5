"""The folder itself: whether it can be written, and what a kill left in it."""

import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qcmfm.core.storage import discard_folder
from qcmfm.workspace._findings import FAULT, NOTE, Finding
from qcmfm.workspace._restore import STAGED, finish_restore, unfinished

LITTLE = 500 * 2**20
"""Bytes of free disk below which it is told."""
LEFT = 3600.0
"""Seconds after which a half-written file is nobody's any more."""
UNPACKED = 24 * 3600.0
"""Likewise for a folder in which an archive was unpacked."""

_HALF = re.compile(r"\..+\.[0-9a-f]{8}\.tmp|\.[0-9a-f]{8}\.part")


def examine(home: Path) -> Iterator[Finding]:
    """Whether there is a workspace that can be used."""
    if not home.is_dir():
        yield Finding(
            NOTE, str(home), "There is no workspace yet.", "The first thing kept makes it."
        )
        return
    yield from _writable(home)
    free = shutil.disk_usage(home).free
    if free < LITTLE:
        what = f"Only {free // 2**20:,} MB are free on its disk."
        yield Finding(FAULT, str(home), what, "Make room.")
    for folder in unfinished(home):
        act = partial(finish_restore, home)
        what = "A backup was being put back when the program was stopped."
        yield Finding(FAULT, folder.name, what, "Mending finishes it.", act)
    yield from _left(home)


def _writable(home: Path) -> Iterator[Finding]:
    trial = home / f".trial.{uuid.uuid4().hex[:8]}.tmp"
    try:
        trial.write_bytes(b"x")
        trial.unlink()
    except OSError as error:
        what = f"It cannot be written: {error.strerror}."
        yield Finding(FAULT, str(home), what, "Check the rights on the folder and the disk.")


def _left(home: Path) -> Iterator[Finding]:
    """Halves of files, and unpacked archives, that nobody works on any more."""
    now = time.time()
    ready = {folder.name for folder in unfinished(home)}
    for folder in home.glob(f"{STAGED}*"):
        if folder.name not in ready and _age(folder, now) > LEFT:
            act = partial(discard_folder, folder)
            yield Finding(NOTE, folder.name, "Half a backup, unpacked.", "It can go.", act)
    for folder in (home / "cache" / "unpacked").glob("*"):
        if _age(folder, now) > UNPACKED:
            act = partial(discard_folder, folder) if folder.is_dir() else folder.unlink
            path = folder.relative_to(home).as_posix()
            yield Finding(NOTE, path, "An archive that was unpacked.", "It can go.", act)
    for parent, folders, files in os.walk(home):
        if Path(parent) == home:
            folders[:] = [name for name in folders if name not in ("catalog", "cache")]
        for name in files:
            file = Path(parent) / name
            if _HALF.fullmatch(name) and _age(file, now) > LEFT:
                path, act = file.relative_to(home).as_posix(), partial(file.unlink, True)
                yield Finding(NOTE, path, "Half a file, left by a kill.", "It can go.", act)


def _age(path: Path, now: float) -> float:
    """Seconds since a change; a clock that went back does not make anything old."""
    try:
        return now - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
