"""Opening a workspace: an older one is brought up to date step by step, a later one refused.

The version is written down after each step, so that a kill in the middle leaves a workspace whose
next opening goes on with the step that was not finished.
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
from qcmfm.core.errors import WorkspaceError
from qcmfm.core.progress import Work
from qcmfm.core.registry import Registry
from qcmfm.workspace._backup import back_up, files_of
from qcmfm.workspace._version import FILE, refuse_later, version_of, write_version

STEPS = "qcmfm.workspace.migrations"
_NAME = re.compile(r"v([1-9][0-9]*)_[a-z0-9_]+")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """What opening a workspace did.

    Args:
        home: The workspace.
        before: Its version before.
        now: Its version now.
        backup: The copy of it as it was; None where no step changes what people made.
    """

    home: Path
    before: int
    now: int
    backup: Path | None = None


def newest(package: str = STEPS) -> int:
    """The version that the program writes."""
    return max(_steps(package), default=0)


def open_workspace(create: bool = False, package: str = STEPS) -> Work[Opened]:
    """Bring the workspace up to date where that is needed; quick where it is not.

    Args:
        create: Make it, too, where there is none.
        package: Name of the one whose modules are the steps.

    Raises:
        WorkspaceError: It is of a later version, its version cannot be read, a job runs that a
            step would disturb, or there is no room for the backup before it.
    """
    home, steps = settings.home(), _steps(package)
    last, found = max(steps, default=0), version_of(home)
    refuse_later(found, last)
    if found == last or (_is_blank(home) and not create):
        return Opened(home, found, found)
    try:
        with storage.lock(home / FILE):
            found = version_of(home)  # another process may have done it meanwhile
            if not found and _is_blank(home):
                write_version(home, last)
                return Opened(home, last, last)
            return (yield from _bring_up_to_date(home, found, steps))
    except OSError as error:
        return _unwritable(home, found, steps, error)


def name_version() -> None:
    """Say that a workspace that was begun a moment ago is of the program's version."""
    home = settings.home()
    if not _is_blank(home) and not (home / FILE).exists():
        with suppress(OSError):  # whoever kept something there was told
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


def _unwritable(home: Path, found: int, steps: Mapping[int, ModuleType], error: OSError) -> Opened:
    """Go on with a workspace that can only be read, as long as its files are as they should be."""
    reason = error.strerror or str(error)
    if any(step.CHANGES for number, step in steps.items() if number > found):
        raise WorkspaceError(
            f"The workspace {home} is of version {found} and cannot be brought up to date: "
            f"{reason}.",
            "Check the rights on the folder and the room on its disk.",
        ) from error
    log.warning("The workspace cannot be made to say its version: %s", reason)
    return Opened(home, found, found)


def _copy(home: Path, number: int) -> Work[Path]:
    """A backup of the workspace before a step; the one of an attempt that was killed is better."""
    if any(job.state == "running" for job in jobs.list_jobs()):
        raise WorkspaceError(
            "The workspace must be brought up to date, and a job is running in it.",
            "Wait until the job has ended, or cancel it.",
        )
    start = f"before-version-{number}-"
    there = sorted((home / "backups").glob(f"{start}*.zip"))
    if there and _unchanged_since(home, there[-1]):
        return there[-1]
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
    """Whether no version was written since a backup, so that it was for the step that is next."""
    with suppress(FileNotFoundError):
        return (home / FILE).stat().st_mtime <= backup.stat().st_mtime
    return True


def _is_blank(home: Path) -> bool:
    """Whether nothing was kept yet, or there is no folder."""
    try:
        return not any(path.name[0] != "." for path in home.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return True


@functools.cache
def _steps(package: str) -> Mapping[int, ModuleType]:
    """The steps by the version that they lead to."""
    modules = Registry(package, _missing).loadable()
    numbers = ((_NAME.fullmatch(name), module) for name, module in modules.items())
    return {int(number[1]): module for number, module in numbers if number}


def _missing(name: str, known: Sequence[str]) -> WorkspaceError:
    return WorkspaceError(f"There is no step {name[:80]!r}.", f"Choose from {', '.join(known)}.")
