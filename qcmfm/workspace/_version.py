"""The version of a workspace, in a small file that is written atomically."""

import json
from pathlib import Path

import qcmfm
from qcmfm.core import storage
from qcmfm.core.clock import utc_now
from qcmfm.core.errors import WorkspaceError

FILE = "workspace.json"


def version_of(home: Path) -> int:
    """Read the version of a workspace; 0 without a version file, which version 1 introduced.

    Raises:
        WorkspaceError: The file is damaged.
    """
    try:
        version = json.loads((home / FILE).read_text("utf-8"))["version"]
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged() from error
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise _damaged()
    return version


def write_version(home: Path, version: int) -> None:
    """Write the version of a workspace."""
    content = {"version": version, "program": qcmfm.__version__, "since": utc_now()}
    storage.write_json(home / FILE, content)


def refuse_later(version: int, newest: int) -> None:
    """Refuse a workspace of a version that this program does not know.

    Raises:
        WorkspaceError: A later version of the program wrote it.
    """
    if version > newest:
        raise WorkspaceError(
            f"The workspace is of version {version}, and this program knows none after {newest}: "
            "a later version of the program wrote it.",
            "Update the program; or put a backup from before that into an empty folder and have "
            "QCMFM_HOME name it.",
        )


def _damaged() -> WorkspaceError:
    return WorkspaceError(
        f"{FILE} does not say which version the workspace is.",
        "Delete that file: it is found out anew, and nothing is lost by it. "
        "python -m qcmfm doctor --repair does so.",
    )
