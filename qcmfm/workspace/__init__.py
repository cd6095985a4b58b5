"""Looking after a workspace: what is wrong with it, and keeping a copy of it.

The folder `checks` is a registry: each of its files looks at one part of a workspace.
"""

from qcmfm.workspace._backup import Backup, back_up
from qcmfm.workspace._doctor import Examined, examine, mend
from qcmfm.workspace._finding import FAULT, NOTE, Finding
from qcmfm.workspace._restore import finish_restore, restore, unfinished

__all__ = [
    "FAULT",
    "NOTE",
    "Backup",
    "Examined",
    "Finding",
    "back_up",
    "examine",
    "finish_restore",
    "mend",
    "restore",
    "unfinished",
]
