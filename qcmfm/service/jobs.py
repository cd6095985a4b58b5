"""Long work that is done as jobs: who may start it, and look after it."""

from collections.abc import Mapping
from typing import Any

from qcmfm import jobs
from qcmfm.access import Permission, require, requires, write_audit
from qcmfm.core.errors import JobError
from qcmfm.core.messages import msg
from qcmfm.service import imports

KINDS = {
    "import_collection": Permission.IMPORT,
    "learn": Permission.RETRAIN,
    "compare_labels": Permission.RETRAIN,
    "make_catalog": Permission.PREPARE,
    "make_map": Permission.PREPARE,
}
"""What each kind of job needs."""


@requires(Permission.LOOK)
def start_job(kind: str, arguments: Mapping[str, Any]) -> str:
    """Begin a job and return its id at once; the job acts as whoever started it.

    Args:
        kind: One of `KINDS`.
        arguments: What it is done with.

    Raises:
        PermissionDenied: Whoever acts may not, or not with these files.
        JobError: There is no such kind.
    """
    if kind not in KINDS:
        raise JobError(
            msg("There is no job of the kind {kind!r}.", kind=kind[:80]),
            "This is a bug; report it.",
        )
    on = {name: str(value)[:200] for name, value in arguments.items() if isinstance(value, str)}
    who = require(KINDS[kind], f"start {kind}", on)
    if kind == imports.KIND:
        imports.check_source(str(arguments.get("source", "")))
        imports.check_source(str(arguments.get("photos", "")))
    job_id = jobs.start(kind, arguments, by=who.to_json())
    write_audit(who, f"start {kind}", on, "done")
    return job_id


@requires(Permission.LOOK)
def list_jobs(kind: str = "") -> list[jobs.Job]:
    """Every job, the latest first; see `jobs.list_jobs`."""
    return jobs.list_jobs(kind)


@requires(Permission.LOOK)
def find_job(job_id: str) -> jobs.Job:
    """What is known of a job now.

    Raises:
        JobError: There is no such job.
    """
    return jobs.find_job(job_id)


@requires(Permission.LOOK)
def resume_job(job_id: str) -> None:
    """Start a job again that was interrupted, cancelled or failed.

    Raises:
        PermissionDenied: Whoever acts may not do such jobs.
        JobError: There is no such job.
    """
    _look_after(job_id, "resume")
    jobs.resume(job_id)


@requires(Permission.LOOK)
def cancel_job(job_id: str) -> None:
    """Ask a job to stop.

    Raises:
        PermissionDenied: Whoever acts may not do such jobs.
        JobError: There is no such job.
    """
    _look_after(job_id, "cancel")
    jobs.cancel(job_id)


@requires(Permission.LOOK)
def forget_job(job_id: str) -> None:
    """Delete what is kept of a job that does not run.

    Raises:
        PermissionDenied: Whoever acts may not do such jobs.
        JobError: There is no such job, or it runs.
    """
    _look_after(job_id, "forget")
    jobs.forget(job_id)


def _look_after(job_id: str, verb: str) -> None:
    kind = jobs.find_job(job_id).kind
    who = require(KINDS.get(kind, Permission.MANAGE), f"{verb} {kind}", {"job": job_id})
    write_audit(who, f"{verb} {kind}", {"job": job_id}, "done")
