"""Opens a workspace: an older one is migrated step by step, a later one is refused.

The version is written after each step, so that after a kill the next opening continues with the
unfinished step.
"""

import functools
import logging
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from qcmfm import jobs
from qcmfm.core import settings, storage
from qcmfm.core.errors import StorageError, WorkspaceError
from qcmfm.core.progress import Work
from qcmfm.core.registry import Registry
from qcmfm.workspace._backup import back_up, files_of
from qcmfm.workspace._version import FILE, refuse_later, version_of, write_version

STEPS = "qcmfm.workspace.migrations"
_NAME = re.compile(r"v([1-9][0-9]*)_[a-z0-9_]+")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """The result of opening a workspace.

    Args:
        home: Folder of the workspace.
        before: Version before opening.
        now: Version after opening.
        backup: Backup made before migrating; None if no step changes what people made.
    """

    home: Path
    before: int
    now: int
    backup: Path | None = None


def newest(package: str = STEPS) -> int:
    """The newest version of a workspace, which this program writes."""
    return max(_steps(package), default=0)


def open_workspace(create: bool = False, package: str = STEPS) -> Work[Opened]:
    """Migrate the workspace to the newest version; quick if it has it already.

    Args:
        create: Whether to create the workspace if there is none.
        package: Name of the package whose modules are the steps.

    Raises:
        WorkspaceError: The version is newer than the program, or cannot be read; a job is running
            that a step would disturb; or there is no room for the backup.
    """
    home, steps = settings.home(), _steps(package)
    last, found = max(steps, default=0), version_of(home)
    refuse_later(found, last)
    if found == last or (_is_blank(home) and not create):
        return Opened(home, found, found)
    try:
        with storage.lock(home / FILE):
            found = version_of(home)  # Another process may have migrated it meanwhile.
            if not found and _is_blank(home):
                write_version(home, last)
                return Opened(home, last, last)
            return (yield from _bring_up_to_date(home, found, steps))
    except (OSError, StorageError) as error:
        return _unwritable(home, found, steps, error)


def name_version() -> None:
    """Write the newest version into a workspace that was just created."""
    home = settings.home()
    if not _is_blank(home) and not (home / FILE).exists():
        with suppress(OSError):  # What was written there before reported the error already.
            write_version(home, newest())


def _bring_up_to_date(home: Path, found: int, steps: Mapping[int, ModuleType]) -> Work[Opened]:
    backup, last = None, max(steps)
    for number in range(found + 1, last + 1):
        if steps[number].CHANGES and backup is None:
            backup = yield from _copy(home, number)
        log.info("The workspace is brought from version %d to %d", number - 1, number)
        yield from steps[number].migrate(home)
        write_version(home, number)
    return Opened(home, found, last, backup)


def _unwritable(
    home: Path, found: int, steps: Mapping[int, ModuleType], error: OSError | StorageError
) -> Opened:
    """Open a read-only workspace without migrating it, provided that no step would change files."""
    reason = str((isinstance(error, OSError) and error.strerror) or error)
    if any(step.CHANGES for number, step in steps.items() if number > found):
        raise WorkspaceError(
            f"The workspace {home} is of version {found} and cannot be brought up to date: "
            f"{reason}.",
            "Check the rights on the folder and the room on its disk.",
        ) from error
    log.warning("The workspace cannot be made to say its version: %s", reason)
    return Opened(home, found, found)


def _copy(home: Path, number: int) -> Work[Path]:
    """Back up the workspace before a step, or reuse the backup of an attempt that was killed."""
    if any(job.state == "running" for job in jobs.list_jobs()):
        raise WorkspaceError(
            "The workspace must be brought up to date, and a job is running in it.",
            "Wait until the job has ended, or cancel it.",
        )
    start = f"before-version-{number}-"
    existing = sorted((home / "backups").glob(f"{start}*.zip"))
    if existing and _unchanged_since(home, existing[-1]):
        return existing[-1]
    size = sum(path.stat().st_size for path in files_of(home))
    free = shutil.disk_usage(home).free
    if size > free:
        raise WorkspaceError(
            f"A backup before the workspace is brought up to date needs up to {size // 2**20:,} "
            f"MB, and {free // 2**20:,} MB are free.",
            "Make room on the disk.",
        )
    stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    return (yield from back_up(home / "backups" / f"{start}{stamp}.zip")).file


def _unchanged_since(home: Path, backup: Path) -> bool:
    """Whether no version was written since a backup, so that it belongs to the next step."""
    with suppress(FileNotFoundError):
        return (home / FILE).stat().st_mtime <= backup.stat().st_mtime
    return True


def _is_blank(home: Path) -> bool:
    """Whether the workspace is empty or does not exist."""
    try:
        return not any(path.name[0] != "." for path in home.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return True


@functools.cache
def _steps(package: str) -> Mapping[int, ModuleType]:
    """The migration steps by the version that they lead to."""
    modules = Registry(package, _missing).loadable()
    numbers = ((_NAME.fullmatch(name), module) for name, module in modules.items())
    return {int(number[1]): module for number, module in numbers if number}


def _missing(name: str, known: Sequence[str]) -> WorkspaceError:
    return WorkspaceError(f"There is no step {name[:80]!r}.", f"Choose from {', '.join(known)}.")
