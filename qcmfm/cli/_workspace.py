"""Commands that maintain the workspace, and the hidden one with which a page starts its jobs."""

from pathlib import Path
from typing import Annotated

import typer

from qcmfm.cli._arguments import Json
from qcmfm.cli._output import echo, finish_work
from qcmfm.core import settings


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair what can be repaired without loss.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the workspace for damage; the exit code is 1 if there is any."""
    from qcmfm import service

    work = service.repair_workspace() if repair else service.examine_workspace()
    found = finish_work(work, as_json)
    lines = [f"Repaired: {finding}" for finding in found.repaired]
    lines += [f"{finding.level.capitalize()}: {finding}" for finding in found.findings]
    end = "Nothing is wrong." if found.clean else _counted(len(found.faults), "fault") + "."
    if not repair and any(finding.act for finding in found.findings):
        end += " python -m qcmfm doctor --repair repairs what can be repaired."
    place = f"{found.home}{_version_note(found.version)}"
    echo(found.to_json(), "\n".join([*lines, f"{place}: {end}"]), as_json)
    if not found.clean:
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(help="ZIP file to write; must not exist.")],
    as_json: Json = False,
) -> None:
    """Copy the workspace into one file, without what can be computed again."""
    from qcmfm import service

    made = finish_work(service.back_up(file), as_json)
    content = {"backup": str(made.file), "files": made.files, "bytes": made.size}
    left = f", without {', '.join(made.left_out)}" if made.left_out else ""
    text = f"{made.file}: {_counted(made.files, 'file')}, {made.size / 1e6:,.1f} MB{left}"
    echo(content | {"left_out": made.left_out}, text, as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="ZIP file that the command backup wrote.")],
    replace_: Annotated[
        bool,
        typer.Option("--replace", help="Replace an existing workspace, which is moved aside."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Restore a backup completely, or change nothing if that fails."""
    from qcmfm import service

    done = finish_work(service.restore(file, replace_), as_json)
    before = f"; the previous workspace is in {done['before']}" if done["before"] else ""
    echo(done, f"{settings.home()}: {_counted(done['files'], 'file')} restored{before}", as_json)


def job(job_id: Annotated[str, typer.Argument()]) -> None:
    """Run a job that a page queued, in this process."""
    from qcmfm import service

    service.run_job(job_id)


def _version_note(version: int | None) -> str:
    """The version of a workspace, and the one that opening it migrates to."""
    from qcmfm.workspace import newest

    if version is None:
        return ""
    later = f"; opened, it becomes {newest()}" if version < newest() else ""
    return f" (version {version}{later})"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
