"""Checks that job files can be read."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qcmfm import jobs
from qcmfm.core.errors import JobError
from qcmfm.core.storage import discard_folder
from qcmfm.workspace._findings import FAULT, NOTE, Finding

STARTING = 60.0
"""Seconds for which a folder without a job file may still be in the making."""


def examine(home: Path) -> Iterator[Finding]:
    """Report unreadable and interrupted jobs."""
    for folder in sorted(path for path in (home / "jobs").glob("*") if path.is_dir()):
        path, act = folder.relative_to(home).as_posix(), partial(discard_folder, folder)
        try:
            job = jobs.find_job(folder.name)
        except (JobError, OSError, ValueError, KeyError, TypeError):
            if time.time() - folder.stat().st_mtime > STARTING:
                what = "Nobody knows what this job was asked for."
                remedy = "Mending forgets it; what it made is kept."
                yield Finding(FAULT, path, what, remedy, act)
            continue
        if job.state == "interrupted":
            what = f"A job ({job.kind.replace('_', ' ')}) was interrupted."
            yield Finding(NOTE, path, what, "Its page offers to go on, or to forget it.")
