"""Whether the program can do its work: what a load balancer or a supervisor asks."""

import os
import shutil
from pathlib import Path

from qcmfm.core import settings
from qcmfm.core.errors import WorkspaceError
from qcmfm.encoders import weights
from qcmfm.workspace._migration import newest
from qcmfm.workspace._restore import unfinished
from qcmfm.workspace._version import refuse_later, version_of

NEEDED = 20 * 2**20
"""Bytes of free disk below which no decision is sure to be kept."""


def readiness() -> dict[str, str]:
    """What keeps each part from working, a sentence; empty for those that work."""
    return {"workspace": _workspace(settings.home()), "encoders": _encoders()}


def _workspace(home: Path) -> str:
    try:
        refuse_later(version_of(home), newest())
    except WorkspaceError as error:
        return str(error)
    except OSError as error:
        return f"The workspace cannot be read: {error.strerror}."
    if not home.is_dir():
        return f"There is no folder {home}."
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        return f"The folder {home} cannot be written."
    if shutil.disk_usage(home).free < NEEDED:
        return "The disk of the workspace is full."
    if unfinished(home):
        return "A backup is half put back. Finish it with: python -m qcmfm doctor --mend"
    return ""


def _encoders() -> str:
    absent = weights.missing()
    return f"Not installed, or not whole: {', '.join(absent)}." if absent else ""
