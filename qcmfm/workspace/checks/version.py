"""Checks that the program knows the version of the workspace."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qcmfm.core.errors import WorkspaceError
from qcmfm.workspace._findings import FAULT, Finding
from qcmfm.workspace._migration import newest
from qcmfm.workspace._version import FILE, refuse_later, version_of


def examine(home: Path) -> Iterator[Finding]:
    """Report an unreadable or unknown version."""
    try:
        version = version_of(home)
    except WorkspaceError as error:
        yield Finding(FAULT, FILE, error.message, error.hint, partial((home / FILE).unlink, True))
        return
    try:
        refuse_later(version, newest())
    except WorkspaceError as error:
        yield Finding(FAULT, FILE, error.message, error.hint)
