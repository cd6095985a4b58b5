"""Looking after the workspace: what is wrong with it, its backups, and who did what."""

from pathlib import Path
from typing import Any

from qcmfm import workspace
from qcmfm.access import Permission, read_audit, requires
from qcmfm.core.progress import Work
from qcmfm.workspace import Backup, Examination


@requires(Permission.MANAGE, writes_own_entries=True)
def examine_workspace() -> Work[Examination]:
    """Look at every part of the workspace; nothing is changed."""
    return workspace.examine()


@requires(Permission.MANAGE)
def repair_workspace() -> Work[Examination]:
    """Mend what can be mended, and tell what cannot."""
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
    """Put a backup into the workspace; see `workspace.restore`.

    Raises:
        WorkspaceError: It is no whole backup, or something is in the way.
    """
    return workspace.restore(file, replace)


@requires(Permission.MANAGE, writes_own_entries=True)
def audit_log(last: int = 50) -> list[dict[str, Any]]:
    """The last entries of the audit log, the latest first."""
    return read_audit(last)[0][::-1]
