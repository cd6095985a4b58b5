"""Maintenance of the workspace: examination and repair, backups, and the audit log."""

from pathlib import Path
from typing import Any

from qcmfm import workspace
from qcmfm.access import Permission, read_audit, requires
from qcmfm.core.progress import Work
from qcmfm.workspace import Backup, Examination


@requires(Permission.MANAGE, writes_own_entries=True)
def examine_workspace() -> Work[Examination]:
    """Check every part of the workspace, without changing anything."""
    return workspace.examine()


@requires(Permission.MANAGE, logged_as="mend_workspace")
def repair_workspace() -> Work[Examination]:
    """Repair what can be repaired, and report what cannot."""
    return workspace.repair()


@requires(Permission.MANAGE, on=("file",))
def back_up(file: Path) -> Work[Backup]:
    """Copy the workspace into one file; see `workspace.back_up`.

    Raises:
        WorkspaceError: There is nothing to copy, or the file cannot be written.
    """
    return workspace.back_up(file)


@requires(Permission.MANAGE, on=("file",))
def restore(file: Path, replace: bool = False) -> Work[dict[str, Any]]:
    """Restore a backup into the workspace; see `workspace.restore`.

    Raises:
        WorkspaceError: The backup is damaged, or something is in its way.
    """
    return workspace.restore(file, replace)


@requires(Permission.MANAGE, writes_own_entries=True)
def audit_log(last: int = 50) -> list[dict[str, Any]]:
    """The last entries of the audit log, the most recent first."""
    return read_audit(last)[0][::-1]
