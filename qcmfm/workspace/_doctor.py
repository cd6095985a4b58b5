"""Examines a workspace, and repairs what can be repaired."""

import errno
import logging
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qcmfm.core import settings
from qcmfm.core.errors import QcmfmError, WorkspaceError
from qcmfm.core.progress import Progress, Work
from qcmfm.core.registry import Registry
from qcmfm.workspace._findings import FAULT, Finding
from qcmfm.workspace._version import version_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Examination:
    """The result of examining a workspace.

    Args:
        home: Folder of the workspace.
        findings: Findings that remain.
        repaired: Findings that were repaired.
        version: Version of the workspace; 0 without a version file, None if it cannot be read.
    """

    home: Path
    findings: list[Finding]
    repaired: list[Finding] = field(default_factory=list)
    version: int | None = None

    @property
    def faults(self) -> list[Finding]:
        """The findings that something is lost or does not work."""
        return [finding for finding in self.findings if finding.level == FAULT]

    @property
    def clean(self) -> bool:
        """Whether there are no faults."""
        return not self.faults

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values."""
        return {
            "workspace": str(self.home),
            "version": self.version,
            "clean": self.clean,
            "findings": [finding.to_json() for finding in self.findings],
            "mended": [finding.to_json() for finding in self.repaired],
        }


def _missing(name: str, known: Sequence[str]) -> WorkspaceError:
    return WorkspaceError(
        f"There is no check {name[:80]!r} of the workspace.", f"Choose from {', '.join(known)}."
    )


CHECKS = Registry("qcmfm.workspace.checks", _missing)


def names() -> list[str]:
    """The names of all checks."""
    return CHECKS.names()


def examine() -> Work[Examination]:
    """Run every check of the workspace, without changing anything."""
    home, findings = settings.home(), list[Finding]()
    barred = _barred(home)
    if barred:
        return Examination(home, barred)
    parts = names()
    for done, name in enumerate(parts):
        yield Progress("Examining the workspace", done, len(parts), name.replace("_", " "))
        check = CHECKS.load(name)
        try:
            findings += check.examine(home)
        except (OSError, QcmfmError) as error:
            reason = error.message if isinstance(error, QcmfmError) else error.strerror or error
            what = f"The {name.replace('_', ' ')} cannot be examined: {reason}"
            remedy = "Check the folder and the right to read it."
            findings.append(Finding(FAULT, name, what.rstrip(".") + ".", remedy))
    yield Progress("Examining the workspace", len(parts), len(parts))
    return Examination(home, findings, version=_version(home))


def _version(home: Path) -> int | None:
    with suppress(OSError, WorkspaceError):  # One of the checks reports that.
        return version_of(home)


def _barred(home: Path) -> list[Finding]:
    """The reason why the workspace cannot be examined at all, reported once for all checks."""
    try:
        folder = stat.S_ISDIR(home.stat().st_mode)
        if folder and not os.access(home, os.R_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except FileNotFoundError:
        return []  # It does not exist yet.
    except OSError as error:
        what = f"The workspace cannot be read: {error.strerror}."
        remedy = "Give whoever runs the program the right to the folder, or check QCMFM_HOME."
        return [Finding(FAULT, str(home), what, remedy)]
    what = "The workspace is a file; it must be a folder."
    return [] if folder else [Finding(FAULT, str(home), what, "Check QCMFM_HOME.")]


def repair() -> Work[Examination]:
    """Examine the workspace, repair what can be repaired, and examine it again."""
    found = yield from examine()
    repaired: list[Finding] = []
    for finding in found.findings:
        if finding.act is None:
            continue
        try:
            finding.act()
        except (OSError, QcmfmError):
            log.exception("Could not be repaired: %s", finding)
        else:
            repaired.append(finding)
    after = yield from examine()
    return replace(after, repaired=repaired)
