"""Background jobs: long work that can be cancelled and resumed.

A job is a folder in the workspace: `job.json` holds its kind and arguments, `events.jsonl` grows by
one line per event, and `log.txt` holds the output of its process. It runs in a separate process, so
neither a page switch nor the end of the server affects it. The process holds a lock as long as it
lives, which distinguishes a running job from a killed one.
"""

import contextlib
import json
import logging
import os
import re
import subprocess
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.core.errors import JobError, StorageError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress
from qcmfm.core.registry import Registry
from qcmfm.jobs import _worker, event_log

STATES = ("running", "done", "failed", "cancelled", "interrupted")
STARTING = 60.0
"""Seconds that the process of a job may take until it writes its first event."""

NICE = 5
"""Unix niceness of jobs, so that pages have priority: from 0, the same priority, to 19."""

_STAMP = "%Y%m%dT%H%M%S%f"
_ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[a-z0-9_]+-[0-9a-f]{4}")
log = logging.getLogger(__name__)


def missing_kind(name: str, _: Sequence[str]) -> JobError:
    """The error for an unknown kind of job, for a registry of kinds."""
    return JobError(
        msg("There is no job of the kind {kind!r}.", kind=name[:80]),
        "Another version of the program may have started it.",
    )


@dataclass(frozen=True)
class Tasks:
    """The kinds of jobs of a program, and how it starts a process for one.

    Args:
        kinds: Modules with a function `work`, which yields progress and returns JSON values.
        command: Command that runs a job; the id of the job is appended.
    """

    kinds: Registry
    command: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """The state of a job.

    Args:
        job_id: Id of the job; ids sort by start time.
        kind: Kind of the job, one of `Tasks.kinds`.
        arguments: Arguments of its `work` function.
        state: One of `STATES`; an interrupted job neither runs nor has ended.
        progress: Last progress event; None if there was none.
        result: What `work` returned; empty unless the job is done.
        message: Why the job failed; empty unless it did.
        hint: What to do about the failure.
        changed_at: Time of the last event, UTC, ISO 8601.
        by: Actor who started it, as JSON values; empty if unknown.
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
    kind: str, arguments: Mapping[str, Any], tasks: Tasks, by: Mapping[str, Any] | None = None
) -> str:
    """Start a job, and return its id at once.

    Args:
        kind: Kind of the job, one of `tasks.kinds`.
        arguments: Arguments of its `work` function, as JSON values; paths must be absolute.
        tasks: Kinds of jobs.
        by: Actor who starts it, as JSON values.

    Raises:
        JobError: There is no such kind.
        StorageError: The file system does not support locks.
    """
    tasks.kinds.require(kind)
    job_id = f"{_stamp()}-{kind}-{uuid.uuid4().hex[:4]}"
    request = {
        "kind": kind,
        "verbs": tasks.kinds.package,  # For people only: modules named in a file are not imported.
        "arguments": dict(arguments),
        "started_at": utc_now_ms(),
        "by": dict(by or {}),
    }
    storage.write_json(_jobs_folder() / job_id / "job.json", request)
    try:
        event_log.is_alive(_folder(job_id))
    except StorageError:  # Without locks, a running job looks the same as a killed one.
        storage.discard_folder(_folder(job_id))
        raise
    launch_process(job_id, tasks)
    return job_id


def list_jobs(kind: str = "") -> list[Job]:
    """All jobs, the most recent first.

    Args:
        kind: Only jobs of this kind; empty for all.
    """
    found: list[Job] = []
    for file in sorted(_jobs_folder().glob("*/job.json"), reverse=True):
        with contextlib.suppress(JobError, FileNotFoundError):  # It was deleted meanwhile.
            job = find_job(file.parent.name)
            found += [job] if kind in ("", job.kind) else []
    return found


def find_job(job_id: str) -> Job:
    """The current state of a job.

    Raises:
        JobError: There is no such job.
    """
    folder = _folder(job_id)
    request = json.loads((folder / "job.json").read_text("utf-8"))
    # Checked before the events are read: a process that ends in between has written its end.
    alive = event_log.is_alive(folder)
    last, progress = event_log.last(folder)
    return Job(
        job_id,
        request["kind"],
        request["arguments"],
        _state(last, alive),
        progress,
        last.get("result") or {},
        last.get("message", ""),
        last.get("hint", ""),
        last.get("at", request["started_at"]),
        request.get("by") or {},
    )


def state(job_id: str) -> str:
    """The current state of a job, one of `STATES`.

    Raises:
        JobError: There is no such job.
    """
    return find_job(job_id).state


def events(job_id: str) -> Iterator[dict[str, Any]]:
    """All events of a job, oldest first: each has `event`, `at` and the details of its kind.

    Raises:
        JobError: There is no such job.
    """
    yield from event_log.read(_folder(job_id))


def cancel(job_id: str) -> None:
    """Ask a running job to stop; what it has saved so far is kept. Ended jobs are unaffected.

    Raises:
        JobError: There is no such job.
    """
    folder = _folder(job_id)
    found = find_job(job_id)
    if found.state == "running":
        (folder / "cancel").touch()
    elif found.state == "interrupted":
        event_log.append(folder, "cancelled")


def resume(job_id: str, tasks: Tasks) -> None:
    """Start an interrupted, cancelled or failed job again; other jobs are unaffected.

    Args:
        job_id: Id of the job, which an earlier version of the program may have started.
        tasks: Kinds of jobs.

    Raises:
        JobError: There is no such job, or its kind is unknown.
    """
    folder, job = _folder(job_id), find_job(job_id)
    if job.state in ("interrupted", "cancelled", "failed"):
        tasks.kinds.require(job.kind)
        (folder / "cancel").unlink(missing_ok=True)
        launch_process(job_id, tasks)


def forget(job_id: str) -> None:
    """Delete the folder of a job that is not running; its results elsewhere are kept.

    Raises:
        JobError: There is no such job, or it is running.
    """
    folder = _folder(job_id)
    if find_job(job_id).state == "running":
        raise JobError("The job is still running.", "Cancel it first.")
    storage.discard_folder(folder)


def run_job(job_id: str, tasks: Tasks) -> None:
    """Run a job in this process.

    Raises:
        JobError: There is no such job.
    """
    _worker.perform(_folder(job_id), tasks.kinds)


def launch_process(job_id: str, tasks: Tasks) -> None:
    """Start the process of a job; a thread waits for its end, so that it leaves no zombie."""
    folder, launch = _folder(job_id), uuid.uuid4().hex[:8]
    event_log.append(folder, "launched", launch=launch)
    with (folder / "log.txt").open("ab") as out:
        process = subprocess.Popen(
            [*tasks.command, job_id],
            cwd=settings.PACKAGE.parent,  # whence `-m qcmfm` is this copy, installed or not
            env=os.environ | {"QCMFM_HOME": str(settings.home())},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    if hasattr(os, "setpriority"):  # Pages have priority.
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
        # A launch in the future means that the clock was set back; nobody holds the lock.
        return "running" if abs(age.total_seconds()) < STARTING else "interrupted"
    return "interrupted"


def _stamp() -> str:
    """The time, or that of the latest job plus 1 µs if the clock was set back: ids must sort."""
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
