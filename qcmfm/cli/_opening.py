"""Commands that use the workspace bring it up to date first, and say which version they made."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from qcmfm.cli._saying import finish_work

Given = ParamSpec("Given")
Result = TypeVar("Result")


def in_workspace(command: Callable[Given, Result]) -> Callable[Given, Result]:
    """A command that opens the workspace before it does its work.

    Where there was none and the command made one, that is of the program's version; a command that
    keeps nothing makes none.
    """

    @functools.wraps(command)
    def opened(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        from qcmfm import workspace

        there = finish_work(workspace.open_workspace(), as_json=False).now == workspace.newest()
        try:
            return command(*args, **kwargs)
        finally:
            if not there:
                workspace.name_version()

    return opened
