"""Maintenance of the workspace: examination and repair, migration, backup and restore.

The folder `checks` is a registry: each of its files examines one part of a workspace. So is
`migrations`: each of its files leads from one version of a workspace to the next.
"""

from qcmfm.workspace._backup import Backup, back_up
from qcmfm.workspace._doctor import Examination, examine, repair
from qcmfm.workspace._findings import FAULT, NOTE, Finding
from qcmfm.workspace._migration import Opened, name_version, newest, open_workspace
from qcmfm.workspace._readiness import readiness
from qcmfm.workspace._restore import finish_restore, restore, unfinished
from qcmfm.workspace._version import version_of

__all__ = [
    "FAULT",
    "NOTE",
    "Backup",
    "Examination",
    "Finding",
    "Opened",
    "back_up",
    "examine",
    "finish_restore",
    "name_version",
    "newest",
    "open_workspace",
    "readiness",
    "repair",
    "restore",
    "unfinished",
    "version_of",
]
