"""Opens the workspace before a command runs, and records its version afterwards."""

import functools
from collections.abc import Callable
from typing import Any

from qcmfm.cli._output import finish_work


def in_workspace(command: Callable[..., None]) -> Callable[..., None]:
    """Wrap a command so that it brings the workspace to the program's version first.

    If the command creates the workspace, its version is written afterwards. A command that writes
    nothing creates no workspace.
    """

    @functools.wraps(command)
    def opened(*args: Any, **kwargs: Any) -> None:
        from qcmfm import workspace

        versioned = finish_work(workspace.open_workspace(), as_json=False).now == workspace.newest()
        try:
            command(*args, **kwargs)
        finally:
            if not versioned:
                workspace.name_version()

    return opened
