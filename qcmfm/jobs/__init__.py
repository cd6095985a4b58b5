"""Long work that can be left, cancelled and taken up again.

A job is a folder in the workspace: `job.json` says what was asked for, `events.jsonl` grows by one
line per event, `log.txt` holds what the process wrote. It runs in a process of its own, so neither
a page switch nor the end of the server touches it. The process holds a lock as long as it lives;
that is how a killed job is told from a running one.
"""

import contextlib
import importlib.util
import json
import logging
import os
import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.core.errors import JobError, StorageError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress
from qcmfm.jobs import _worker, event_log

STATES = ("running", "done", "failed", "cancelled", "interrupted")
VERBS = "qcmfm.service.tasks"
"""The package whose modules are the kinds of jobs."""
STARTING = 60.0
"""Seconds that the process of a job may need until it says that it runs."""

NICE = 5
"""How far a job stands back behind the pages, as Unix counts it: 0 not at all, 19 most."""

_STAMP = "%Y%m%dT%H%M%S%f"
_ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[a-z0-9_]+-[0-9a-f]{4}")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What is known of a job.

    Args:
        job_id: Sorts by the time at which it was started.
        kind: What it does: the name of a module of the package `VERBS`.
        arguments: What it does it with.
        state: One of `STATES`; interrupted is what neither runs nor came to an end.
        progress: The last that was heard of it.
        result: What it returned, once it is done.
        message: Why it failed.
        hint: What to do about that.
        changed_at: When it was last heard of; UTC, ISO 8601.
        by: Who started it; empty where that was not told.
    """

    job_id: str
    kind: str
    arguments: Mapping[str, Any]
    state: str
    progress: Progress | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    hint: str = ""
    changed_at: str = ""
    by: Mapping[str, Any] = field(default_factory=dict)


def start(
    kind: str, arguments: Mapping[str, Any], verbs: str = VERBS, by: Mapping[str, Any] | None = None
) -> str:
    """Begin a job and return its id at once.

    Args:
        kind: The name of a module of `verbs`.
        arguments: Given to its `work`; what JSON can hold, paths absolute.
        verbs: The package of the kinds.
        by: Who starts it, as JSON can hold it.

    Raises:
        JobError: There is no such kind.
        StorageError: The disk has no locks.
    """
    if not re.fullmatch("[a-z0-9_]+", kind) or importlib.util.find_spec(f"{verbs}.{kind}") is None:
        raise JobError(
            msg("There is no job of the kind {kind!r}.", kind=kind[:80]),
            "This is a bug; report it.",
        )
    job_id = f"{_stamp()}-{kind}-{uuid.uuid4().hex[:4]}"
    asked = {
        "kind": kind,
        "verbs": verbs,
        "arguments": dict(arguments),
        "started_at": utc_now_ms(),
        "by": dict(by or {}),
    }
    storage.write_json(_jobs_folder() / job_id / "job.json", asked)
    try:
        event_log.is_alive(_folder(job_id))
    except StorageError:  # Without locks a running job cannot be told from a killed one.
        storage.discard_folder(_folder(job_id))
        raise
    launch_process(job_id)
    return job_id


def list_jobs(kind: str = "") -> list[Job]:
    """Every job, the latest first.

    Args:
        kind: Of this kind alone.
    """
    found: list[Job] = []
    for file in sorted(_jobs_folder().glob("*/job.json"), reverse=True):
        with contextlib.suppress(JobError, FileNotFoundError):  # forgotten meanwhile
            job = find_job(file.parent.name)
            found += [job] if kind in ("", job.kind) else []
    return found


def find_job(job_id: str) -> Job:
    """What is known of a job now.

    Raises:
        JobError: There is no such job.
    """
    folder = _folder(job_id)
    asked = json.loads((folder / "job.json").read_text("utf-8"))
    alive = event_log.is_alive(folder)  # first: what ended since then has said so
    last, progress = event_log.last(folder)
    return Job(
        job_id,
        asked["kind"],
        asked["arguments"],
        _state(last, alive),
        progress,
        last.get("result") or {},
        last.get("message", ""),
        last.get("hint", ""),
        last.get("at", asked["started_at"]),
        asked.get("by") or {},
    )


def state(job_id: str) -> str:
    """One of `STATES`.

    Raises:
        JobError: There is no such job.
    """
    return find_job(job_id).state


def events(job_id: str) -> Iterator[dict[str, Any]]:
    """Every event of a job, oldest first: each has `event` and `at`, and what belongs to it.

    Raises:
        JobError: There is no such job.
    """
    yield from event_log.read(_folder(job_id))


def cancel(job_id: str) -> None:
    """Ask a job to stop; what it has kept so far stays. A job that ended is left as it is.

    Raises:
        JobError: There is no such job.
    """
    folder = _folder(job_id)
    found = find_job(job_id)
    if found.state == "running":
        (folder / "cancel").touch()
    elif found.state == "interrupted":
        event_log.append(folder, "cancelled")


def resume(job_id: str) -> None:
    """Start a job again that was interrupted, cancelled or failed; a running one is left alone.

    Raises:
        JobError: There is no such job.
    """
    folder = _folder(job_id)
    if find_job(job_id).state in ("interrupted", "cancelled", "failed"):
        (folder / "cancel").unlink(missing_ok=True)
        launch_process(job_id)


def forget(job_id: str) -> None:
    """Delete what is kept of a job that does not run; what it made elsewhere stays.

    Raises:
        JobError: There is no such job, or it runs.
    """
    folder = _folder(job_id)
    if find_job(job_id).state == "running":
        raise JobError("The job is still running.", "Cancel it first.")
    storage.discard_folder(folder)


def run_job(job_id: str) -> None:
    """Do a job in this process: what `python -m qcmfm job ID` does.

    Raises:
        JobError: There is no such job.
    """
    _worker.perform(_folder(job_id))


def launch_process(job_id: str) -> None:
    """Start the process of a job; its end is waited for, so that it leaves no zombie."""
    folder, launch = _folder(job_id), uuid.uuid4().hex[:8]
    event_log.append(folder, "launched", launch=launch)
    with (folder / "log.txt").open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "qcmfm", "job", job_id],
            cwd=settings.PACKAGE.parent,  # whence `-m qcmfm` is this copy, installed or not
            env=os.environ | {"QCMFM_HOME": str(settings.home())},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    if hasattr(os, "setpriority"):  # clicks come first
        os.setpriority(os.PRIO_PROCESS, process.pid, NICE)

    def reap() -> None:
        code = process.wait()
        if code and folder.is_dir():
            log.warning("The process of the job %s ended with %s", job_id, code)
            event_log.append(folder, "ended", code=code, launch=launch)

    threading.Thread(target=reap, daemon=True).start()


def _state(last: Mapping[str, Any], alive: bool) -> str:
    event = last.get("event")
    if alive:
        return "running"
    if event in event_log.ENDS:
        return str(event)
    if event == "launched":
        age = datetime.now(UTC) - datetime.fromisoformat(last["at"])
        # Launched in the future: the clock went back since, and nobody holds the lock.
        return "running" if abs(age.total_seconds()) < STARTING else "interrupted"
    return "interrupted"


def _stamp() -> str:
    """The time, or right after the latest job's where the clock went back: ids sort by start."""
    stamp = f"{datetime.now(UTC):{_STAMP}}Z"
    latest = max((folder.name[: len(stamp)] for folder in _jobs_folder().glob("*Z-*")), default="")
    if latest < stamp:
        return stamp
    with contextlib.suppress(ValueError):
        after = datetime.strptime(latest, f"{_STAMP}Z") + timedelta(microseconds=1)
        return f"{after:{_STAMP}}Z"
    return stamp


def _jobs_folder() -> Path:
    return settings.home() / "jobs"


def _folder(job_id: str) -> Path:
    folder = _jobs_folder() / job_id
    if not _ID.fullmatch(job_id) or not (folder / "job.json").is_file():
        raise JobError(
            msg("There is no job {job_id!r}.", job_id=job_id[:80]), "Look at the list of jobs."
        )
    return folder
