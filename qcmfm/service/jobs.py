"""Background jobs, with permission checks and audit log entries."""

from collections.abc import Mapping
from typing import Any

from qcmfm import jobs
from qcmfm.access import Actor, Permission, acting_as, require, requires, this_computer, write_audit
from qcmfm.observability import logs
from qcmfm.service import imports, tasks

KINDS = {
    "import_collection": Permission.IMPORT,
    "learn": Permission.RETRAIN,
    "compare_labels": Permission.RETRAIN,
    "make_catalog": Permission.PREPARE,
    "make_map": Permission.PREPARE,
}
"""Permission that each kind of job needs."""


@requires(Permission.LOOK)
def start_job(kind: str, arguments: Mapping[str, Any]) -> str:
    """Start a job, and return its id at once; the job runs as the current actor.

    Args:
        kind: Kind of the job, one of `KINDS`.
        arguments: Arguments of the job, as JSON values.

    Raises:
        PermissionDenied: The current actor may not start such jobs, or not read these files.
        JobError: There is no such kind.
    """
    if kind not in KINDS:
        raise jobs.missing_kind(kind, list(KINDS))
    on = {name: str(value)[:200] for name, value in arguments.items() if isinstance(value, str)}
    who = require(KINDS[kind], f"start {kind}", on)
    if kind == imports.KIND:
        imports.check_source(str(arguments.get("source", "")))
        imports.check_source(str(arguments.get("photos", "")))
    job_id = jobs.start(kind, arguments, tasks.TASKS, by=who.to_json())
    write_audit(who, f"start {kind}", on, "done")
    return job_id


@requires(Permission.LOOK)
def list_jobs(kind: str = "") -> list[jobs.Job]:
    """All jobs, the most recent first; see `jobs.list_jobs`."""
    return jobs.list_jobs(kind)


@requires(Permission.LOOK)
def find_job(job_id: str) -> jobs.Job:
    """The current state of a job.

    Raises:
        JobError: There is no such job.
    """
    return jobs.find_job(job_id)


@requires(Permission.LOOK)
def resume_job(job_id: str) -> None:
    """Start an interrupted, cancelled or failed job again.

    Raises:
        PermissionDenied: The current actor may not start such jobs.
        JobError: There is no such job.
    """
    _check_and_log(job_id, "resume")
    jobs.resume(job_id, tasks.TASKS)


@requires(Permission.LOOK)
def cancel_job(job_id: str) -> None:
    """Ask a job to stop.

    Raises:
        PermissionDenied: The current actor may not start such jobs.
        JobError: There is no such job.
    """
    _check_and_log(job_id, "cancel")
    jobs.cancel(job_id)


@requires(Permission.LOOK)
def forget_job(job_id: str) -> None:
    """Delete the folder of a job that is not running.

    Raises:
        PermissionDenied: The current actor may not start such jobs.
        JobError: There is no such job, or it is running.
    """
    _check_and_log(job_id, "forget")
    jobs.forget(job_id)


@requires(Permission.MANAGE, writes_own_entries=True)
def run_job(job_id: str) -> None:
    """Run a job in this process as the actor who started it, for the command `qcmfm job ID`.

    Raises:
        PermissionDenied: The current actor may not act as somebody else.
        JobError: There is no such job.
    """
    by = jobs.find_job(job_id).by
    logs.ask_for_person(lambda: {"person": str(by.get("who", ""))})
    with acting_as(Actor.from_json(by) if by else this_computer()):
        jobs.run_job(job_id, tasks.TASKS)


def _check_and_log(job_id: str, operation: str) -> None:
    kind = jobs.find_job(job_id).kind
    who = require(KINDS.get(kind, Permission.MANAGE), f"{operation} {kind}", {"job": job_id})
    write_audit(who, f"{operation} {kind}", {"job": job_id}, "done")
