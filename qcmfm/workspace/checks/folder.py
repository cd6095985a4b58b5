"""Checks that the folder can be written, and finds files left over from a kill."""

import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qcmfm.core import storage
from qcmfm.core.errors import StorageError
from qcmfm.workspace._findings import FAULT, NOTE, Finding
from qcmfm.workspace._restore import STAGED, finish_restore, unfinished

LITTLE = 500 * 2**20
"""Free disk space in bytes below which it is reported."""
LEFT = 3600.0
"""Seconds after which an unfinished file counts as abandoned."""
UNPACKED = 24 * 3600.0
"""Seconds after which a folder with an unpacked archive counts as abandoned."""

_HALF = re.compile(r"\..+\.[0-9a-f]{8}\.tmp|\.[0-9a-f]{8}\.part")


def examine(home: Path) -> Iterator[Finding]:
    """Report whether the workspace exists and is writable, and what was left behind in it."""
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
        try:
            with storage.DiskLock(trial):
                pass
        finally:
            trial.unlink(missing_ok=True)
    except StorageError as error:
        yield Finding(FAULT, str(home), error.message, error.hint)
    except OSError as error:
        what = f"It cannot be written: {error.strerror}."
        yield Finding(FAULT, str(home), what, "Check the rights on the folder and the disk.")


def _left(home: Path) -> Iterator[Finding]:
    """Report abandoned files, and abandoned folders of unpacked archives."""
    now = time.time()
    ready = {folder.name for folder in unfinished(home)}
    for folder in home.glob(f"{STAGED}*"):
        if folder.name not in ready and _age(folder, now) > LEFT:
            act = partial(storage.discard_folder, folder)
            yield Finding(NOTE, folder.name, "Half a backup, unpacked.", "It can go.", act)
    for folder in (home / "cache" / "unpacked").glob("*"):
        if _age(folder, now) > UNPACKED:
            act = partial(storage.discard_folder, folder) if folder.is_dir() else folder.unlink
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
    """Seconds since the last change; 0 for files that are gone."""
    try:
        return now - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
