"""Readiness of the program, for load balancers and supervisors."""

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
"""Free disk space in bytes below which decisions might not be saved."""


def readiness() -> dict[str, str]:
    """For each part, a sentence that says why it is not ready; empty if it is."""
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
        return "A backup is half put back. Finish it with: python -m qcmfm doctor --repair"
    return ""


def _encoders() -> str:
    absent = weights.missing()
    if absent:
        return f"Not installed, or not whole: {', '.join(absent)}."
    changed = weights.altered()
    return f"Altered, so install them again: {', '.join(changed)}." if changed else ""
