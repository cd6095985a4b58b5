"""Commands that look after the workspace; and the one that a page starts its jobs with."""

from pathlib import Path
from typing import Annotated

import typer

from qcmfm.cli._arguments import Json
from qcmfm.cli._output import echo, finish_work
from qcmfm.core import settings


def doctor(
    mend: Annotated[bool, typer.Option("--mend", help="Mend what can be mended.")] = False,
    as_json: Json = False,
) -> None:
    """Examine the workspace; exit code 1 where something is wrong."""
    from qcmfm import service

    work = service.repair_workspace() if mend else service.examine_workspace()
    found = finish_work(work, as_json)
    lines = [f"Mended: {finding}" for finding in found.repaired]
    lines += [f"{finding.level.capitalize()}: {finding}" for finding in found.findings]
    end = "Nothing is wrong." if found.clean else _counted(len(found.faults), "fault") + "."
    if not mend and any(finding.act for finding in found.findings):
        end += " python -m qcmfm doctor --mend mends what can be mended."
    place = f"{found.home}{_told(found.version)}"
    echo(found.to_json(), "\n".join([*lines, f"{place}: {end}"]), as_json)
    if not found.clean:
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(help="ZIP to write; must not exist.")],
    as_json: Json = False,
) -> None:
    """Copy the workspace into one file, without what can be made again."""
    from qcmfm import service

    made = finish_work(service.back_up(file), as_json)
    said = {"backup": str(made.file), "files": made.files, "bytes": made.size}
    left = f", without {', '.join(made.left_out)}" if made.left_out else ""
    text = f"{made.file}: {_counted(made.files, 'file')}, {made.size / 1e6:,.1f} MB{left}"
    echo(said | {"left_out": made.left_out}, text, as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="What backup wrote.")],
    replace_: Annotated[
        bool, typer.Option("--replace", help="Also where there is a workspace; it is kept aside.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup into the workspace, all of it or nothing."""
    from qcmfm import service

    said = finish_work(service.restore(file, replace_), as_json)
    kept = f"; what was there is in {said['before']}" if said["before"] else ""
    echo(said, f"{settings.home()}: {_counted(said['files'], 'file')} put back{kept}", as_json)


def job(job_id: Annotated[str, typer.Argument()]) -> None:
    """Do a job that was started from a page, in this process."""
    from qcmfm import access, jobs
    from qcmfm.observability import logs

    by = jobs.find_job(job_id).by
    logs.ask_for_person(lambda: {"person": str(by.get("who", ""))})
    with access.acting_as(access.Actor.from_json(by) if by else access.this_computer()):
        jobs.run_job(job_id)


def _told(version: int | None) -> str:
    """The version of a workspace, and what becomes of it."""
    from qcmfm.workspace import newest

    if version is None:
        return ""
    later = f"; opened, it becomes {newest()}" if version < newest() else ""
    return f" (version {version}{later})"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
