"""Commands that use the workspace bring it up to date first, and say which version they made."""

import functools
from collections.abc import Callable
from typing import Any

from qcmfm.cli._output import finish_work


def in_workspace(command: Callable[..., None]) -> Callable[..., None]:
    """A command that opens the workspace before it does its work.

    Where there was none and the command made one, that is of the program's version; a command that
    keeps nothing makes none.
    """

    @functools.wraps(command)
    def opened(*args: Any, **kwargs: Any) -> None:
        from qcmfm import workspace

        there = finish_work(workspace.open_workspace(), as_json=False).now == workspace.newest()
        try:
            command(*args, **kwargs)
        finally:
            if not there:
                workspace.name_version()

    return opened
